import { type ChangeOptions, changePointer } from './change-pointer.ts';
import { toMove } from './move-pointer.ts';
import type { ObjectStore } from './object-store.ts';
import { checkPointerName, type PointerName } from './pointer.ts';

export interface RemoveOptions extends PointerName, ChangeOptions {
  /** Remove only if the pointer names this version now. @default whatever it names */
  readonly onlyFrom?: string;
}

export interface PointerRemoval {
  readonly outcome: 'moved' | 'already-gone' | 'not-as-expected';
  /** Which version it named before; null for none. */
  readonly from: string | null;
  /** Which version it names now; null for none. */
  readonly to: string | null;
  readonly sequence: number | undefined;
}

/**
 * Remove an alias, or the version from its stage: demote it.
 *
 * The object stays and says that there is no version, so that the history goes on and the change can be
 * rolled back.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for names that cannot be; as `changePointer`
 */
export async function removePointer(
  store: ObjectStore,
  options: RemoveOptions,
): Promise<PointerRemoval> {
  const target = checkPointerName(options);
  const { onlyFrom } = options;
  const changed = await changePointer<'already-gone' | 'not-as-expected'>(
    store,
    target,
    async (current) => {
      const from = current?.state.version ?? null;
      if (from === null) return { leave: 'already-gone' };
      if (onlyFrom !== undefined && onlyFrom !== from) return { leave: 'not-as-expected' };
      return { next: { version: null, action: 'demote' } };
    },
    options,
  );
  return toMove(changed);
}
