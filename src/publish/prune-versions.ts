import { ServingError } from '../errors.ts';
import { versionFolder, versionsFolder } from '../registry/published-layout.ts';
import { findLeftovers } from './find-leftovers.ts';
import type { CallOptions, ListedObject, ObjectStore } from './object-store.ts';
import { checkModelName } from './pointer.ts';
import { findProtected, type Protection } from './protected-versions.ts';
import { listModelNames } from './published-names.ts';
import { removeLeftovers } from './remove-leftovers.ts';
import { removeVersions } from './remove-versions.ts';

export interface PruneOptions extends CallOptions {
  /** @default all of them - the one registered model to prune */
  readonly name?: string;
  /** How many of the newest versions of each model stay, whatever points to them; at least 1. */
  readonly keep: number;
  /** @default false - true only says what would go */
  readonly isDryRun?: boolean;
  /** @default Date.now - ms since epoch */
  readonly now?: () => number;
}

export interface PrunedModel {
  readonly name: string;
  /** Newest first. */
  readonly removed: readonly PrunedVersion[];
  /** Versions that are older than those to keep and stay, with the reasons. */
  readonly kept: readonly Protection[];
  /** What publishes that never ended left behind. */
  readonly leftovers: PrunedFiles;
}

export interface PrunedVersion extends PrunedFiles {
  readonly version: string;
}

export interface PrunedFiles {
  readonly files: number;
  readonly sizeBytes: number;
}

/**
 * Remove old versions: all but the newest, those that an alias or a stage names, and those that undoing the last change of one
 * would bring back.
 *
 * A manifest goes first, so that nobody finds half a version, and comes back when a pointer moved
 * there meanwhile. Files that a publish left behind more than a day ago go, too.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a name or a number that cannot be, RESOURCE_DOES_NOT_EXIST for a model of
 *   which nothing is there, TEMPORARILY_UNAVAILABLE when a pointer is
 *   malformed: nobody knows what it needs, and nothing of that model is removed; as `ObjectStore`
 */
export async function pruneVersions(
  store: ObjectStore,
  options: PruneOptions,
): Promise<PrunedModel[]> {
  const { name, keep, signal } = options;
  if (!Number.isSafeInteger(keep) || keep < 1) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'the number of versions to keep must be a whole number above 0',
    );
  }
  if (name !== undefined) checkModelName(name);
  const call = signal ? { signal } : {};
  const names = name === undefined ? await listModelNames(store, call) : [name];
  const pruned: PrunedModel[] = [];
  for (const model of names) pruned.push(await pruneModel(store, model, options, call));
  return pruned;
}

async function pruneModel(
  store: ObjectStore,
  name: string,
  options: PruneOptions,
  call: CallOptions,
): Promise<PrunedModel> {
  const { keep, isDryRun = false, now = Date.now } = options;
  const objects = await store.list(versionsFolder(name), call);
  if (objects.length === 0 && name === options.name) {
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      `there is no model "${name}" in ${store.uri}`,
    );
  }
  const protections = await findProtected(store, name, call);
  const old = publishedAmong(objects, name).slice(keep);
  const kept = protections.filter(({ version }) => old.includes(version));
  const doomed = old.filter((version) => !kept.some((stays) => stays.version === version));
  const nowMs = now();
  const removal = { name, versions: doomed, nowMs };
  const rescued = isDryRun ? [] : await removeVersions(store, removal, call);
  const removed = doomed.filter((version) => !rescued.some((stays) => stays.version === version));
  const found = await findLeftovers(store, { name, objects, nowMs }, call);
  const leftovers = isDryRun
    ? found
    : await removeLeftovers(store, { name, objects: found, nowMs }, call);
  return {
    name,
    removed: removed.map((version) => ({
      version,
      ...sumUp(objects.filter(({ key }) => key.startsWith(`${versionFolder(name, version)}/`))),
    })),
    kept: [...kept, ...rescued],
    leftovers: sumUp(leftovers),
  };
}

/** Versions that have a manifest, newest first. */
function publishedAmong(objects: readonly ListedObject[], name: string): string[] {
  const start = versionsFolder(name).length + 1;
  return objects
    .flatMap(({ key }) => /^([1-9]\d*)\/manifest\.json$/.exec(key.slice(start))?.[1] ?? [])
    .toSorted((a, b) => Number(b) - Number(a));
}

const sumUp = (files: readonly ListedObject[]): PrunedFiles => ({
  files: files.length,
  sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
});
