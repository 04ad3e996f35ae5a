import { type ChangeOptions, changePointer } from './change-pointer.ts';
import { checkPresent, undoIfGone } from './dangling.ts';
import type { ObjectStore } from './object-store.ts';
import { checkPointerName, checkVersion, type PointerName } from './pointer.ts';

export interface MoveOptions extends PointerName, ChangeOptions {
  /** The version to point to; it must be published. */
  readonly version: string;
  /**
   * Move only if the pointer names this version now; `null`: only if it names none.
   *
   * @default wherever it points
   */
  readonly onlyFrom?: string | null;
}

export interface PointerMove {
  readonly outcome: 'moved' | 'already-there' | 'not-as-expected';
  /** Which version it named before; null for none. */
  readonly from: string | null;
  /** Which version it names now; null for none. */
  readonly to: string | null;
  /** The number of its present state; undefined when another tool wrote that, or there is none. */
  readonly sequence: number | undefined;
}

/**
 * Point an alias or a stage to a published version: promote it.
 *
 * Nothing changes when it points there already. Any number of callers may do so at once: every change
 * is made, one after the other, and is in the history.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for names that cannot be, RESOURCE_DOES_NOT_EXIST when the version is not published
 *   or was pruned while the pointer moved, which is then put back; as `changePointer`
 */
export async function movePointer(store: ObjectStore, options: MoveOptions): Promise<PointerMove> {
  const target = checkPointerName(options);
  const version = checkVersion(options.version);
  const { onlyFrom } = options;
  await checkPresent(store, target, version, options);
  const changed = await changePointer<'already-there' | 'not-as-expected'>(
    store,
    target,
    async (current) => {
      const from = current?.state.version ?? null;
      if (from === version) return { leave: 'already-there' };
      if (onlyFrom !== undefined && onlyFrom !== from) return { leave: 'not-as-expected' };
      return { next: { version, action: 'promote' } };
    },
    options,
  );
  await undoIfGone(store, target, changed, options);
  return toMove(changed);
}

/** A change, as callers want to know it. */
export const toMove = <Outcome extends string>({
  outcome,
  before,
  after,
}: {
  readonly outcome: Outcome;
  readonly before: { readonly version: string | null } | undefined;
  readonly after: { readonly version: string | null; readonly sequence?: number } | undefined;
}) => ({
  outcome,
  from: before?.version ?? null,
  to: after?.version ?? null,
  sequence: after?.sequence,
});
