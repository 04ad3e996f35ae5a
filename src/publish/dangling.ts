import { ServingError } from '../errors.ts';
import { cap } from '../registry/missing-version.ts';
import type { Pointer } from '../registry/pointer.ts';
import {
  type Changed,
  type ChangeOptions,
  changePointer,
  type NextState,
} from './change-pointer.ts';
import { findStateBefore } from './find-rollback.ts';
import type { ObjectStore } from './object-store.ts';
import { describePointer, type PointerName } from './pointer.ts';
import type { NumberedState } from './pointer-states.ts';
import { readManifest } from './read-manifest.ts';

/**
 * Refuse to point to a version that nobody could serve.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when it has no manifest, TEMPORARILY_UNAVAILABLE when that is malformed
 */
export async function checkPresent(
  store: ObjectStore,
  { name }: PointerName,
  version: string,
  { signal }: ChangeOptions,
): Promise<void> {
  if ((await readManifest(store, name, version, signal)) !== undefined) return;
  throw new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `version ${version} of model "${cap(name)}" is not published in ${store.uri}; publish it first`,
  );
}

/**
 * Look once more whether the version is there, now that the pointer names it; if not, put the pointer back.
 *
 * `prune` deletes a manifest first and looks at the pointers after that. So one of the two sees the other, whichever was first.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when it had to be put back
 */
export async function undoIfGone<Why extends string>(
  store: ObjectStore,
  target: PointerName,
  changed: Changed<Why>,
  options: ChangeOptions,
): Promise<void> {
  if (!(await isDangling(store, target, changed, options))) return;
  let last: Changed<string> = changed;
  do last = await putBack(store, target, last, options);
  while (await isDangling(store, target, last, options));
  throw new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `version ${changed.after?.version} was removed from ${store.uri} while ${describePointer(target)} moved to it; the pointer was put back`,
  );
}

async function isDangling(
  store: ObjectStore,
  { name }: PointerName,
  { outcome, after }: Changed<string>,
  { signal }: ChangeOptions,
): Promise<boolean> {
  const version = after?.version;
  if (outcome !== 'moved' || typeof version !== 'string') return false;
  return (await readManifest(store, name, version, signal)) === undefined;
}

/** Unless others have moved it meanwhile, who look for themselves. */
function putBack(
  store: ObjectStore,
  target: PointerName,
  { before, after }: Changed<string>,
  options: ChangeOptions,
): Promise<Changed<'left'>> {
  return changePointer<'left'>(
    store,
    target,
    async (current) =>
      after !== undefined && current?.state.change === after.change
        ? { next: await findPresent(store, target, { before, after }, options) }
        : { leave: 'left' },
    options,
  );
}

/** The last state before whose version is still there; none when there is no such. */
async function findPresent(
  store: ObjectStore,
  target: PointerName,
  { before, after }: { readonly before: Pointer | undefined; readonly after: Pointer },
  { signal }: ChangeOptions,
): Promise<NextState> {
  const sequence = before?.restores ?? (after.sequence ?? 1) - 1;
  let found: NumberedState | undefined = before && { sequence, state: before };
  while (found !== undefined) {
    const { version } = found.state;
    const isThere = version === null || (await readManifest(store, target.name, version, signal));
    if (isThere) return { version, action: 'rollback', restores: found.sequence };
    found = await findStateBefore(store, target, found, signal ? { signal } : {});
  }
  return { version: null, action: 'rollback' };
}
