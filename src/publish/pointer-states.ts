import { type Pointer, parsePointer } from '../registry/pointer.ts';
import { historyFolder, historyKey, pointerKey } from '../registry/published-layout.ts';
import type { CallOptions, ObjectStore, StoredObject } from './object-store.ts';
import { describePointer, type PointerName } from './pointer.ts';

/** A pointer as it lies in the store. */
export interface StoredPointer extends StoredObject {
  readonly state: Pointer;
}

/** A state with its place in the history. */
export interface NumberedState {
  readonly sequence: number;
  readonly state: Pointer;
}

/**
 * What a pointer says now; `undefined` when it has never been set, or its object was deleted.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it is malformed; as `ObjectStore`
 */
export async function readPointer(
  store: ObjectStore,
  target: PointerName,
  options: CallOptions,
): Promise<StoredPointer | undefined> {
  const found = await store.read(pointerKey(target.name, target.kind, target.pointer), options);
  return found && { ...found, state: parsePointer(found.bytes, describePointer(target)) };
}

/** One state of the history; `undefined` when there is none of this number. */
export async function readPastState(
  store: ObjectStore,
  target: PointerName,
  sequence: number,
  options: CallOptions,
): Promise<Pointer | undefined> {
  const found = await store.read(keyOf(target, sequence), options);
  return found && parsePointer(found.bytes, `${describePointer(target)}, change ${sequence},`);
}

/** The numbers of the states in the history, in order. */
export async function listPastStates(
  store: ObjectStore,
  { name, kind, pointer }: PointerName,
  options: CallOptions,
): Promise<number[]> {
  const names = await store.listNames(historyFolder(name, kind, pointer), options);
  return names
    .filter((name) => /^\d{8}\.json$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .filter((sequence) => sequence > 0)
    .toSorted((a, b) => a - b);
}

/**
 * Where a pointer's present state belongs in its history.
 *
 * A state without a number was written by another tool: it comes after everything that is known, and so does
 * one whose number is taken by other bytes (an old object that somebody put back).
 */
export async function sequenceOf(
  store: ObjectStore,
  target: PointerName,
  current: StoredPointer,
  options: CallOptions,
): Promise<number> {
  const own = current.state.sequence;
  if (own !== undefined) {
    const past = await store.read(keyOf(target, own), options);
    if (past === undefined || isSame(past, current)) return own;
  }
  const last = (await listPastStates(store, target, options)).at(-1) ?? 0;
  const archived = last > 0 ? await store.read(keyOf(target, last), options) : undefined;
  return archived !== undefined && isSame(archived, current) ? last : last + 1;
}

/**
 * Keep a pointer's present state in its history before it is overwritten.
 *
 * Whoever does it writes the same bytes at the same key, so any number of writers may, and one that
 * dies afterwards has changed nothing.
 *
 * @returns its number
 */
export async function archiveState(
  store: ObjectStore,
  target: PointerName,
  current: StoredPointer,
  options: CallOptions,
): Promise<number> {
  let sequence = current.state.sequence ?? (await sequenceOf(store, target, current, options));
  for (;;) {
    const key = keyOf(target, sequence);
    const outcome = await store.write(key, current.bytes, { ifAbsent: true }, options);
    if (outcome === 'written') return sequence;
    const past = await store.read(key, options);
    if (past !== undefined && isSame(past, current)) return sequence;
    sequence = await sequenceOf(store, target, current, options);
  }
}

const keyOf = ({ name, kind, pointer }: PointerName, sequence: number): string =>
  historyKey(name, kind, pointer, sequence);

const isSame = (a: StoredObject, b: StoredObject): boolean => Buffer.from(a.bytes).equals(b.bytes);
