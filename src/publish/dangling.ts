import { ServingError } from '../errors.ts';
import { cap } from '../registry/missing-version.ts';
import { type Changed, type ChangeOptions, changePointer } from './change-pointer.ts';
import type { ObjectStore } from './object-store.ts';
import { describePointer, type PointerName } from './pointer.ts';
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
  { outcome, before, after }: Changed<Why | 'undone'>,
  options: ChangeOptions,
): Promise<void> {
  const version = after?.version;
  if (outcome !== 'moved' || typeof version !== 'string') return;
  if ((await readManifest(store, target.name, version, options.signal)) !== undefined) return;
  const restores = before && (before.restores ?? (after?.sequence ?? 1) - 1);
  await changePointer<'left'>(
    store,
    target,
    async (current) =>
      current?.state.change === after?.change
        ? {
            next: {
              version: before?.version ?? null,
              action: 'rollback',
              ...(restores !== undefined && { restores }),
            },
          }
        : { leave: 'left' },
    options,
  );
  throw new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `version ${version} was removed from ${store.uri} while ${describePointer(target)} moved to it; it points where it did before`,
  );
}
