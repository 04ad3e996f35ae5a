import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../errors.ts';
import { MAX_SEQUENCE, type Pointer, type PointerAction } from '../registry/pointer.ts';
import { pointerKey } from '../registry/published-layout.ts';
import type { ObjectStore } from './object-store.ts';
import { describePointer, encodePointer, type PointerName } from './pointer.ts';
import {
  archiveState,
  listPastStates,
  readPastState,
  readPointer,
  type StoredPointer,
} from './pointer-states.ts';

export interface ChangeOptions {
  /** Who or what asked for it, for the history. */
  readonly movedBy?: string;
  readonly signal?: AbortSignal;
  /** @default Date.now - ms since epoch */
  readonly now?: () => number;
}

/** What the next state is to say. */
export interface NextState {
  readonly version: string | null;
  readonly action: PointerAction;
  readonly restores?: number;
}

/** What was decided on seeing the present state: another one, or to leave it with a word why. */
export type Decision<Why extends string> = { readonly next: NextState } | { readonly leave: Why };

export interface Changed<Why extends string> {
  readonly outcome: 'moved' | Why;
  /** Before; undefined when the pointer had never been set. */
  readonly before: Pointer | undefined;
  /** Now: the same as before unless it was moved. */
  readonly after: Pointer | undefined;
}

/** Others may be faster again and again; each of their changes takes some requests. */
const LONGEST_MS = 120_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Change a pointer by one conditional write, again and again until no other writer came between.
 *
 * Pointer and history cannot disagree: the history is the pointer itself and the states before it,
 * each of which is archived before it is overwritten. A process that dies at any point leaves the pointer as
 * it was or as it was to be.
 *
 * @param decide is asked again whenever the pointer has moved meanwhile
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when others keep changing it, or it is malformed: what cannot be read is
 *   never overwritten; INVALID_PARAMETER_VALUE when its history is full; as `ObjectStore`; what `decide` throws
 */
export async function changePointer<Why extends string>(
  store: ObjectStore,
  target: PointerName,
  decide: (current: StoredPointer | undefined) => Promise<Decision<Why>>,
  options: ChangeOptions,
): Promise<Changed<Why>> {
  const { movedBy, signal, now = Date.now } = options;
  const call = signal ? { signal } : {};
  const giveUpAt = Date.now() + LONGEST_MS;
  for (let attempt = 0; Date.now() < giveUpAt; attempt += 1) {
    if (attempt > 0) await pause(attempt, signal);
    const current = await readPointer(store, target, call);
    const decision = await decide(current);
    const before = current?.state;
    if ('leave' in decision) return { outcome: decision.leave, before, after: before };
    const last =
      current === undefined
        ? ((await listPastStates(store, target, call)).at(-1) ?? 0)
        : await archiveState(store, target, current, call);
    if (last >= MAX_SEQUENCE) throw historyIsFull(target);
    const after: Pointer = {
      ...decision.next,
      sequence: last + 1,
      movedAt: new Date(now()).toISOString(),
      ...(movedBy !== undefined && { movedBy }),
      change: randomUUID(),
    };
    if (await writeState(store, target, current, after, call)) {
      return { outcome: 'moved', before, after };
    }
  }
  throw new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${describePointer(target)} was changed by others each time for ${LONGEST_MS / 1000} s; try again`,
  );
}

/** @returns whether `after` is a state of the pointer now, though perhaps no longer the last */
async function writeState(
  store: ObjectStore,
  target: PointerName,
  current: StoredPointer | undefined,
  after: Pointer,
  call: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const key = pointerKey(target.name, target.kind, target.pointer);
  const condition = current === undefined ? { ifAbsent: true as const } : { ifMatch: current.etag };
  try {
    const outcome = await store.write(key, encodePointer(after), condition, call);
    // A conflict may be with our own write, when its answer was lost and the request repeated.
    return outcome === 'written' || (await isRecorded(store, target, after, call));
  } catch (error) {
    const isUnknown = error instanceof ServingError && error.code === 'TEMPORARILY_UNAVAILABLE';
    if (isUnknown && (await isRecorded(store, target, after, call).catch(() => false))) return true;
    throw error; // the first failure says more than one of looking afterwards
  }
}

async function isRecorded(
  store: ObjectStore,
  target: PointerName,
  { change, sequence = 0 }: Pointer,
  call: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const present = await readPointer(store, target, call);
  if (present?.state.change === change) return true;
  return (await readPastState(store, target, sequence, call))?.change === change;
}

/** Random, so that writers that met once do not meet again. */
async function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  await sleep(Math.random() * most, undefined, signal && { signal });
}

/** Only when another tool wrote such a number: a change each second would take three years. */
const historyIsFull = (target: PointerName): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${describePointer(target)} has the last sequence that a history can hold, ${MAX_SEQUENCE}; delete its object and those of its history, and promote again`,
  );
