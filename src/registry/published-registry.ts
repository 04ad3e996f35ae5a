import { createHash } from 'node:crypto';
import { ServingError } from '../errors.ts';
import { parseManifest } from './manifest.ts';
import type { ResolveOptions } from './model-registry.ts';
import type { ObjectReader } from './object-reader.ts';
import { type Pointer, parsePointer } from './pointer.ts';
import {
  decodeKeyPart,
  isKeyPart,
  manifestKey,
  modelFolder,
  type PointerKind,
  pointerKey,
  pointersFolder,
  versionFolder,
  versionsFolder,
} from './published-layout.ts';
import { createRecentMap } from './recent-map.ts';
import type { RegisteredModels, VersionPointer, VersionRecord } from './registry-backend.ts';

/** Pointers and manifests to remember; a manifest of a thousand files takes about 200 KB. */
const MOST_REMEMBERED = 64;
/** Aliases to look at for a message that names some of them. */
const MOST_ALIASES = 20;

/**
 * Read the layout that `publish` writes: objects in a bucket, or files in a folder. Nothing else is
 * needed to serve from it.
 *
 * What an alias means takes two reads the first time, and later one that is answered without a body while
 * nothing has moved. When it moves back to a version that is known, its manifest is answered so, too.
 *
 * @see docs/published-layout.md
 */
export function createPublishedRegistry(objects: ObjectReader): RegisteredModels {
  const pointers = createRecentMap<{ readonly tag: string; readonly pointer: Pointer }>(
    MOST_REMEMBERED,
  );
  const versions = createRecentMap<{ readonly tag: string; readonly record: VersionRecord }>(
    MOST_REMEMBERED,
  );

  async function readPointer({ name, kind, pointer }: PointerPlace, options: ResolveOptions) {
    const key = pointerKey(name, kind, pointer);
    const known = pointers.get(key);
    const found = await objects.readTagged(key, known?.tag, options);
    if (found === undefined) return undefined;
    if (found === 'unchanged') return known && { ...known.pointer, isUnchanged: true };
    const what = kind === 'alias' ? `alias "${pointer}"` : `stage ${pointer}`;
    const parsed = parsePointer(found.bytes, `${what} of model "${name}"`);
    if (found.tag !== undefined) pointers.set(key, { tag: found.tag, pointer: parsed });
    return { ...parsed, isUnchanged: false };
  }

  async function findPointer(
    place: PointerPlace,
    options: ResolveOptions,
  ): Promise<VersionPointer | undefined> {
    const pointer = await readPointer(place, options);
    if (typeof pointer?.version !== 'string') return undefined;
    const { version, isUnchanged } = pointer;
    const known = isUnchanged ? versions.get(manifestKey(place.name, version)) : undefined;
    return { version, ...(known && { record: known.record }) };
  }

  async function readVersion(
    name: string,
    version: string,
    options: ResolveOptions,
  ): Promise<VersionRecord | undefined> {
    const key = manifestKey(name, version);
    const known = versions.get(key);
    const found = await objects.readTagged(key, known?.tag, options);
    if (found === undefined || found === 'unchanged') return found && known?.record;
    const record = toRecord(objects, name, version, found.bytes);
    if (found.tag !== undefined) versions.set(key, { tag: found.tag, record });
    return record;
  }

  /** Without those that were removed; what cannot be read is there all the same. */
  async function listAliases(name: string, options: ResolveOptions): Promise<string[]> {
    const files = await objects.list(pointersFolder(name, 'alias'), options);
    const aliases = files
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => decodeKeyPart(file.slice(0, -'.json'.length)) ?? [])
      .toSorted()
      .slice(0, MOST_ALIASES);
    const states = await Promise.allSettled(
      aliases.map((pointer) => readPointer({ name, kind: 'alias', pointer }, options)),
    );
    return aliases.filter((_, i) => {
      const state = states[i];
      return state?.status !== 'fulfilled' || typeof state.value?.version === 'string';
    });
  }

  return {
    async findModel(name, options) {
      if (!isKeyPart(name)) return undefined;
      const folders = await objects.list(modelFolder(name), options);
      if (folders.length === 0) return undefined;
      return { aliases: await listAliases(name, options), tags: {} };
    },

    async findAlias(name, alias, options) {
      if (!isKeyPart(name) || !isKeyPart(alias)) return undefined;
      return findPointer({ name, kind: 'alias', pointer: alias }, options);
    },

    async findLatest(name, stage, options) {
      if (!isKeyPart(name)) return undefined;
      if (stage !== undefined) {
        return findPointer({ name, kind: 'stage', pointer: stage }, options);
      }
      const numbers = (await objects.list(versionsFolder(name), options))
        .filter((version) => /^[1-9]\d*$/.test(version))
        .toSorted((a, b) => Number(b) - Number(a));
      // A version without a manifest is still being published.
      for (const version of numbers) {
        const record = await readVersion(name, version, options);
        if (record !== undefined) return { version, record };
      }
      return undefined;
    },

    async findVersion(name, { version }, options) {
      return isKeyPart(name) ? readVersion(name, version, options) : undefined;
    },
  };
}

interface PointerPlace {
  readonly name: string;
  readonly kind: PointerKind;
  readonly pointer: string;
}

function toRecord(
  objects: ObjectReader,
  name: string,
  version: string,
  bytes: Uint8Array,
): VersionRecord {
  const manifest = parseManifest(bytes, `model "${name}" version ${version}`);
  if (manifest.name !== name || manifest.version !== version) {
    throw new ServingError(
      'TEMPORARILY_UNAVAILABLE',
      `the manifest of model "${name}" version ${version} in the published registry is of another version; publish it again`,
    );
  }
  return {
    location: objects.uriOf(`${versionFolder(name, version)}/${manifest.directory}`),
    tags: manifest.tags,
    files: manifest.files,
    ...(manifest.serving && { serving: manifest.serving }),
    digest: createHash('sha256').update(bytes).digest('hex'),
  };
}
