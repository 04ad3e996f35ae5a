import { createHash } from 'node:crypto';
import { ServingError } from '../errors.ts';
import { parseManifest } from './manifest.ts';
import type { ResolveOptions } from './model-registry.ts';
import type { ObjectReader } from './object-reader.ts';
import { parsePointer } from './pointer.ts';
import {
  isKeyPart,
  manifestKey,
  modelFolder,
  pointerKey,
  pointersFolder,
  versionFolder,
  versionsFolder,
} from './published-layout.ts';
import type { RegisteredModels, VersionRecord } from './registry-backend.ts';

/**
 * Read the layout that `publish` writes: objects in a bucket, or files in a folder. Nothing else is
 * needed to serve from it.
 *
 * @see docs/published-layout.md
 */
export function createPublishedRegistry(objects: ObjectReader): RegisteredModels {
  async function readPointer(key: string, where: string, options: ResolveOptions) {
    const bytes = await objects.read(key, options);
    const version = bytes && parsePointer(bytes, where).version;
    return typeof version === 'string' ? { version } : undefined;
  }

  async function readVersion(
    name: string,
    version: string,
    options: ResolveOptions,
  ): Promise<VersionRecord | undefined> {
    const bytes = await objects.read(manifestKey(name, version), options);
    if (bytes === undefined) return undefined;
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
      digest: createHash('sha256').update(bytes).digest('hex'),
    };
  }

  return {
    async findModel(name, options) {
      if (!isKeyPart(name)) return undefined;
      const [aliases, folders] = await Promise.all([
        objects.list(pointersFolder(name, 'alias'), options),
        objects.list(modelFolder(name), options),
      ]);
      if (folders.length === 0) return undefined;
      return {
        aliases: aliases
          .filter((file) => file.endsWith('.json'))
          .map((file) => file.slice(0, -'.json'.length))
          .toSorted(),
        tags: {},
      };
    },

    async findAlias(name, alias, options) {
      if (!isKeyPart(name) || !isKeyPart(alias)) return undefined;
      const key = pointerKey(name, 'alias', alias);
      return readPointer(key, `alias "${alias}" of model "${name}"`, options);
    },

    async findLatest(name, stage, options) {
      if (!isKeyPart(name)) return undefined;
      if (stage !== undefined) {
        const key = pointerKey(name, 'stage', stage);
        return readPointer(key, `stage ${stage} of model "${name}"`, options);
      }
      const versions = (await objects.list(versionsFolder(name), options))
        .filter((version) => /^[1-9]\d*$/.test(version))
        .toSorted((a, b) => Number(b) - Number(a));
      // A version without a manifest is still being published.
      for (const version of versions) {
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
