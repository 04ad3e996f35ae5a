import { isMalformed } from '../registry/parse-json-object.ts';
import { manifestKey, versionFolder, versionsFolder } from '../registry/published-layout.ts';
import type { CallOptions, ListedObject, ObjectStore } from './object-store.ts';
import { readManifest } from './read-manifest.ts';

export interface LeftoverSearch {
  readonly name: string;
  /** Everything below the model's versions, as it was a moment ago. */
  readonly objects: readonly ListedObject[];
  /** ms since epoch. */
  readonly nowMs: number;
}

/** No publish takes so long; milliseconds. */
const LONGEST_PUBLISH_MS = 24 * 3_600_000;
/** What `publish` names directories by: part of a digest. */
const CONTENT_DIRECTORY = /^[0-9a-f]{16}$/;

/**
 * The files of publishes that were killed, or that another was faster than: below versions without a manifest, and in directories
 * that the manifest does not name. Only what nobody has written to for a day; what others put there is let alone.
 */
export async function findLeftovers(
  store: ObjectStore,
  { name, objects, nowMs }: LeftoverSearch,
  call: CallOptions,
): Promise<ListedObject[]> {
  const leftovers: ListedObject[] = [];
  for (const [version, { folder, objects: before }] of groupByVersion(objects, name)) {
    const parts = new Set(groupByPart(before, folder).keys());
    const isPublished = parts.delete('manifest.json');
    const isSuspect = isPublished
      ? parts.size > 1 && [...parts].some((part) => CONTENT_DIRECTORY.test(part))
      : isOld(before, nowMs);
    if (!isSuspect) continue;
    // Looked at again: it may have been published, or removed, since.
    const now = await store.list(folder, call);
    leftovers.push(...(await findInVersion(store, { name, version, objects: now, nowMs }, call)));
  }
  return leftovers;
}

/** Of one version, in `objects`: everything below its folder, as it is now. */
export async function findInVersion(
  store: ObjectStore,
  { name, version, objects, nowMs }: LeftoverSearch & { readonly version: string },
  call: CallOptions,
): Promise<readonly ListedObject[]> {
  if (!objects.some(({ key }) => key === manifestKey(name, version))) {
    return isOld(objects, nowMs) ? objects : [];
  }
  const directory = await readDirectory(store, name, version, call);
  if (directory === undefined) return [];
  return [...groupByPart(objects, versionFolder(name, version))]
    .filter(([part, files]) => {
      return part !== directory && CONTENT_DIRECTORY.test(part) && isOld(files, nowMs);
    })
    .flatMap(([, files]) => files);
}

/** Undefined when it cannot be known. */
async function readDirectory(
  store: ObjectStore,
  name: string,
  version: string,
  call: CallOptions,
): Promise<string | undefined> {
  try {
    return (await readManifest(store, name, version, call.signal))?.directory;
  } catch (error) {
    if (isMalformed(error)) return undefined;
    throw error;
  }
}

/** By the versions that they are of; nothing else can have been left by a publish. */
export const groupByVersion = (objects: readonly ListedObject[], name: string) =>
  [...groupByPart(objects, versionsFolder(name))]
    .filter(([version]) => /^[1-9]\d*$/.test(version))
    .map(([version, found]) => {
      return [version, { folder: versionFolder(name, version), objects: found }] as const;
    });

/** By the part of the key that follows `folder`. */
function groupByPart(
  objects: readonly ListedObject[],
  folder: string,
): Map<string, ListedObject[]> {
  return Map.groupBy(objects, ({ key }) => key.slice(folder.length + 1).split('/')[0] ?? '');
}

const isOld = (objects: readonly ListedObject[], nowMs: number): boolean =>
  objects.every(({ modifiedAtMs }) => nowMs - modifiedAtMs > LONGEST_PUBLISH_MS);
