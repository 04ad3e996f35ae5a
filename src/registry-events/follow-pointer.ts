import { ServingError } from '../errors.ts';
import { findPublished } from '../publish/find-published.ts';
import { movePointer } from '../publish/move-pointer.ts';
import { describePointer, type PointerName } from '../publish/pointer.ts';
import { readPointer } from '../publish/pointer-states.ts';
import { removePointer } from '../publish/remove-pointer.ts';
import { canonicalStage } from '../registry/missing-version.ts';
import type { Pointer } from '../registry/pointer.ts';
import type { Applied, Following, PaceOptions, WorkOptions } from './following.ts';

/** Who moved a pointer that follows MLflow, for its history. */
export const MOVED_BY = 'webhook';

export interface FollowOptions extends PaceOptions {
  /**
   * Whether a pointer that MLflow does not have may go.
   *
   * @default always - somebody removed it there
   */
  readonly mayRemove?: (pointer: Pointer) => boolean;
}

/** More changes than this while we look are somebody's endless loop. */
const MAX_ROUNDS = 10;

/**
 * Bring one alias or stage of the published registry to what it means in MLflow.
 *
 * MLflow is asked again after each change: of those who follow at the same time, whoever wrote last
 * either wrote what is true then, or sees that it was not. So the order of the events does not matter.
 *
 * @returns `ignored` when its version is not published and must not be, or MLflow does not know the model
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when MLflow cannot be asked or the pointer does not come to rest;
 *   as `publish` and as `ObjectStore`
 */
export async function followPointer(
  following: Following,
  pointer: PointerName,
  options: FollowOptions,
): Promise<Applied> {
  const { scope, log } = following;
  const { name } = pointer;
  let [meant, stored] = await Promise.all([
    findMeant(following, pointer, options),
    readPointer(following.target, pointer, callOf(options)),
  ]);
  let version = stored?.state.version ?? undefined;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (version === meant) return 'done';
    if (meant === undefined && stored && options.mayRemove?.(stored.state) === false) return 'done';
    if (meant === undefined && !(await isKnown(following, name, options))) return 'ignored';
    if (meant !== undefined && !(await isPublished(following, name, meant, options))) {
      if (!scope.publishOn.has('alias')) {
        log.warn(`${describePointer(pointer)} stays: version ${meant} is not published`, { name });
        return 'ignored';
      }
      if (options.publishing === 'later') return 'needs-publishing';
      await following.publish(name, meant, options);
    } else {
      await move(following, pointer, meant, options);
      version = meant;
    }
    meant = await findMeant(following, pointer, options);
  }
  throw new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${describePointer(pointer)} changes faster in MLflow than it can be followed; send the event again`,
  );
}

/** What it means in MLflow now: a version, or nothing. */
async function findMeant(
  { mlflow }: Following,
  { kind, name, pointer }: PointerName,
  options: WorkOptions,
): Promise<string | undefined> {
  const found =
    kind === 'alias'
      ? await mlflow.findAlias(name, pointer, callOf(options))
      : await mlflow.findLatest(name, canonicalStage(name, pointer), callOf(options));
  return found?.version;
}

/**
 * Whether MLflow has the model at all. One that is gone, or an address that leads to another server,
 * must not take the endpoint's pointers along.
 */
async function isKnown(
  { mlflow, log }: Following,
  name: string,
  options: WorkOptions,
): Promise<boolean> {
  if ((await mlflow.findModel(name, callOf(options))) !== undefined) return true;
  log.warn('pointers of a model that MLflow does not know stay as they are', { name });
  return false;
}

/** A damaged manifest counts for none: publishing puts it right. */
async function isPublished(
  { target }: Following,
  name: string,
  version: string,
  options: WorkOptions,
): Promise<boolean> {
  const { manifest } = await findPublished(target, name, version, callOf(options));
  return manifest !== undefined;
}

async function move(
  { target }: Following,
  pointer: PointerName,
  version: string | undefined,
  options: WorkOptions,
): Promise<void> {
  const change = { ...pointer, movedBy: MOVED_BY, ...callOf(options) };
  if (version === undefined) await removePointer(target, change);
  else await movePointer(target, { ...change, version });
}

/** Without the options that are ours. */
const callOf = ({ signal }: WorkOptions): WorkOptions => (signal ? { signal } : {});
