import type { CallOptions, ObjectStore } from './object-store.ts';
import type { PointerName } from './pointer.ts';
import {
  listPastStates,
  type NumberedState,
  readPastState,
  type StoredPointer,
  sequenceOf,
} from './pointer-states.ts';

/**
 * The state that undoing a pointer's last change brings back; `undefined` when there was none before.
 *
 * A state that was itself brought back counts as the one it repeats, so that undoing again goes further back.
 */
export async function findRollback(
  store: ObjectStore,
  target: PointerName,
  current: StoredPointer,
  options: CallOptions,
): Promise<NumberedState | undefined> {
  const { state } = current;
  const sequence = state.restores ?? (await sequenceOf(store, target, current, options));
  return findStateBefore(store, target, { sequence, state }, options);
}

/** The last state before another one that named another version. */
export async function findStateBefore(
  store: ObjectStore,
  target: PointerName,
  { sequence, state: later }: NumberedState,
  options: CallOptions,
): Promise<NumberedState | undefined> {
  let at = sequence;
  let past: readonly number[] | undefined;
  for (;;) {
    // Numbers follow each other, so this is the one; only a foreign tool leaves gaps.
    let found = at - 1;
    let state = found > 0 ? await readPastState(store, target, found, options) : undefined;
    if (state === undefined) {
      past ??= await listPastStates(store, target, options);
      const below = past.findLast((number) => number < found);
      if (below === undefined) return undefined;
      found = below;
      state = await readPastState(store, target, below, options);
    }
    at = Math.min(state?.restores ?? found, found);
    if (state !== undefined && state.version !== later.version) return { sequence: at, state };
  }
}
