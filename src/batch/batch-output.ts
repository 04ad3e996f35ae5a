import type { StoredObject, WriteCondition, WriteOutcome } from '../publish/object-store.ts';

/**
 * Where results go: one folder, or one prefix of a bucket.
 *
 * @throws {ServingError} every method: UNAUTHENTICATED or PERMISSION_DENIED when refused, RESOURCE_DOES_NOT_EXIST when the
 *   bucket is not there, INVALID_PARAMETER_VALUE for a key that leaves the root, TEMPORARILY_UNAVAILABLE when the store fails
 *   after all retries
 */
export interface BatchOutput {
  /** As it was named; for messages and the manifest. */
  readonly uri: string;
  /** Begin an object; nothing is visible at `key` before `complete`. */
  create(key: string, contentType: string): Promise<PendingObject>;
  /** A small object whole; `undefined` when there is none. */
  read(key: string): Promise<StoredObject | undefined>;
  /** Write a small object whole, if the condition holds. */
  write(key: string, bytes: Uint8Array, condition: WriteCondition): Promise<WriteOutcome>;
  /** Read an object of any size to its end, and say what it is; `undefined` when there is none. */
  measure(key: string): Promise<ObjectMeasure | undefined>;
  /** One that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Remove what runs that were killed have begun below a folder; of one that still lives, too, where that cannot be told. */
  removeUnfinished(folder: string): Promise<void>;
  /** Whether the process that made this mark (serving/process-mark) has certainly ended; only this machine's store can tell. */
  isGone?(mark: string): boolean;
}

export interface ObjectMeasure {
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** An object that is being written; used by one writer at a time. */
export interface PendingObject {
  /** Resolves when more may be written: at most a few parts are in memory. The bytes must not be changed afterwards. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Make it visible, whole, unless there is one already.
   *
   * An answer that was lost may make it find its own object: a caller that gets `conflict` compares.
   *
   * @returns `conflict` when there is an object at the key already; nothing was written then
   */
  complete(): Promise<WriteOutcome>;
  /** Leave nothing behind. Never rejects; does nothing after `complete`. */
  abort(): Promise<void>;
}
