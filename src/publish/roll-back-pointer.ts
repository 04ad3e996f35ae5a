import { ServingError } from '../errors.ts';
import { type ChangeOptions, changePointer } from './change-pointer.ts';
import { undoIfGone } from './dangling.ts';
import { findRollback } from './find-rollback.ts';
import { toMove } from './move-pointer.ts';
import type { ObjectStore } from './object-store.ts';
import { checkPointerName, describePointer, type PointerName } from './pointer.ts';
import { readManifest } from './read-manifest.ts';

export interface RollBackOptions extends PointerName, ChangeOptions {
  /** Roll back only if the pointer names this version now; `null`: only if it names none. @default whatever it names */
  readonly onlyFrom?: string | null;
}

export interface PointerRollback {
  readonly outcome: 'moved' | 'not-as-expected';
  /** Which version it named before; null for none. */
  readonly from: string | null;
  /** Which version it names now; null for none: the alias had been removed, and is again. */
  readonly to: string | null;
  readonly sequence: number | undefined;
}

/**
 * Undo the last change of a pointer; called again, the one before that.
 *
 * It is a change of its own, in the history like any other.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when there is nothing to undo, or the version to bring back has been pruned;
 *   INVALID_PARAMETER_VALUE for names that cannot be; as `changePointer`
 */
export async function rollBackPointer(
  store: ObjectStore,
  options: RollBackOptions,
): Promise<PointerRollback> {
  const target = checkPointerName(options);
  const { onlyFrom, signal } = options;
  const changed = await changePointer<'not-as-expected'>(
    store,
    target,
    async (current) => {
      const from = current?.state.version ?? null;
      if (onlyFrom !== undefined && onlyFrom !== from) return { leave: 'not-as-expected' };
      const previous =
        current && (await findRollback(store, target, current, signal ? { signal } : {}));
      if (previous === undefined) throw nothingBefore(target);
      const { version } = previous.state;
      if (version !== null && !(await readManifest(store, target.name, version, signal))) {
        throw pruned(target, version);
      }
      return { next: { version, action: 'rollback', restores: previous.sequence } };
    },
    options,
  );
  await undoIfGone(store, target, changed, options);
  return toMove(changed);
}

const nothingBefore = (target: PointerName): ServingError =>
  new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `${describePointer(target)} has no change before this one that could be brought back; promote another version, or demote this one`,
  );

const pruned = (target: PointerName, version: string): ServingError =>
  new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `${describePointer(target)} was at version ${version} before, which is no longer published; publish it again, or promote another version`,
  );
