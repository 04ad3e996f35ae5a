/**
 * Objects by key in a bucket or a folder, with the conditional writes that publishing needs.
 *
 * One file per kind of store; all pass test/contract/object-store.suite.ts.
 *
 * @throws {ServingError} every method: UNAUTHENTICATED or PERMISSION_DENIED when refused,
 *   RESOURCE_DOES_NOT_EXIST when the bucket is not there, INVALID_PARAMETER_VALUE for a key that
 *   leaves the root or cannot be one here, TEMPORARILY_UNAVAILABLE when the store fails after all retries
 */
export interface ObjectStore {
  /** The root as it was named, without a slash at its end; for messages. */
  readonly uri: string;

  /** The object at `key`; `undefined` when there is none. */
  read(key: string, options?: CallOptions): Promise<StoredObject | undefined>;

  /** Every object below the folder `prefix`, however deep, by key in no particular order. */
  list(prefix: string, options?: CallOptions): Promise<ListedObject[]>;

  /**
   * The names directly below the folder `prefix`, objects and folders alike, in no particular
   * order; empty when there is nothing. A folder's name comes without a slash.
   */
  listNames(prefix: string, options?: CallOptions): Promise<string[]>;

  /**
   * Write a small object whole, if the condition holds; atomic, readers see the old or the new bytes.
   *
   * A retry after an answer that was lost may find its own write and report `conflict`: a caller
   * that gets it reads again, and compares.
   */
  write(
    key: string,
    bytes: Uint8Array,
    condition: WriteCondition,
    options?: CallOptions,
  ): Promise<WriteOutcome>;

  /**
   * Copy a file of this machine to `key`, whatever is there; invisible until it is complete.
   * Large files go in parts, side by side.
   *
   * @throws {ServingError} besides, TEMPORARILY_UNAVAILABLE when the file does not have the size
   *   and digest that were announced: it changed meanwhile
   */
  upload(key: string, file: FileToUpload, options?: UploadOptions): Promise<void>;

  /** Delete objects; those that are not there are no error. */
  delete(keys: readonly string[], options?: CallOptions): Promise<void>;
}

export interface StoredObject {
  readonly bytes: Uint8Array;
  /** Changes with the bytes; only good for `WriteCondition`. */
  readonly etag: string;
}

export interface ListedObject {
  /** Relative to the root. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Without quotes; only of a bucket. */
  readonly etag?: string;
}

/** Write only if nothing is there, or only if it is still what was read. */
export type WriteCondition = { readonly ifAbsent: true } | { readonly ifMatch: string };

/** `conflict`: the condition does not hold; nothing was written. */
export type WriteOutcome = 'written' | 'conflict';

export interface FileToUpload {
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex; the store checks the bytes against it where it can. */
  readonly sha256: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface UploadOptions extends CallOptions {
  /** Bytes that arrived since the last call; negative when a file has to begin again. */
  readonly onProgress?: (bytes: number) => void;
}
