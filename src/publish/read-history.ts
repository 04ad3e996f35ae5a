import { createLimiter } from '../artifacts/limiter.ts';
import type { PointerAction } from '../registry/pointer.ts';
import type { CallOptions, ObjectStore } from './object-store.ts';
import { checkPointerName, type PointerName } from './pointer.ts';
import { listPastStates, readPastState, readPointer, sequenceOf } from './pointer-states.ts';

export interface HistoryOptions extends PointerName, CallOptions {
  /** @default all - only so many of the last changes */
  readonly last?: number;
}

/** One change of a pointer. */
export interface HistoryEntry {
  readonly sequence: number;
  /** Null: the pointer was removed. */
  readonly version: string | null;
  /** Undefined when another tool wrote it. */
  readonly action: PointerAction | undefined;
  /** The change that this one brought back. */
  readonly restores: number | undefined;
  /** ISO 8601. */
  readonly movedAt: string | undefined;
  readonly movedBy: string | undefined;
}

const PARALLEL = 16;
/** More changes than this do not happen while we look; a larger number is another tool's. */
const MAX_UNLISTED = 1_000;

/**
 * The changes of a pointer, oldest first; the last one is what it says now.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for names that cannot be, TEMPORARILY_UNAVAILABLE when a state is malformed;
 *   as `ObjectStore`
 */
export async function readHistory(
  store: ObjectStore,
  { last = Number.POSITIVE_INFINITY, ...options }: HistoryOptions,
): Promise<HistoryEntry[]> {
  const target = checkPointerName(options);
  // In this order: what is archived in between is found by its number, and nothing is missed.
  const listed = await listPastStates(store, target, options);
  const current = await readPointer(store, target, options);
  const now = current && (await sequenceOf(store, target, current, options));
  const numbers = numbersUpTo(listed, now ?? Number.POSITIVE_INFINITY).slice(-last);
  const limit = createLimiter(PARALLEL);
  const past = await Promise.all(
    numbers.map((sequence) =>
      limit(async () => ({
        sequence,
        state: await readPastState(store, target, sequence, options),
      })),
    ),
  );
  const states = now === undefined ? past : [...past, { sequence: now, state: current?.state }];
  return states
    .flatMap(({ sequence, state }) => (state === undefined ? [] : [{ ...state, sequence }]))
    .map(({ sequence, version, action, restores, movedAt, movedBy }) => ({
      ...{ sequence, version, action, restores, movedAt, movedBy },
    }))
    .slice(-last);
}

/** What was listed below `now`, and what came after it since. */
function numbersUpTo(listed: readonly number[], now: number): number[] {
  const numbers = listed.filter((sequence) => sequence < now);
  if (!Number.isFinite(now)) return numbers;
  const after = Math.max((listed.at(-1) ?? 0) + 1, now - MAX_UNLISTED);
  for (let sequence = after; sequence < now; sequence += 1) numbers.push(sequence);
  return numbers;
}
