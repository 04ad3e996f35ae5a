import type { Readable } from 'node:stream';

/** One file as a listing or a manifest announces it. */
export interface RemoteFile {
  /** Relative to the directory, `/` between parts. */
  readonly path: string;
  readonly sizeBytes?: number;
  /** Lower-case hex. */
  readonly sha256?: string;
}

/** Bytes `start` to `end`, `end` not included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface OpenOptions {
  readonly range?: ByteRange;
  /** Fail with a `ContentMismatch` unless the file still has this entity tag. */
  readonly etag?: string;
  readonly signal?: AbortSignal;
  /** To be called when the request has left, by stores that can tell. */
  readonly onSent?: () => void;
}

export interface RemoteBody {
  readonly body: Readable;
  /** What `body` will hold, as the store announces it; absent when it does not say. */
  readonly bodyBytes?: number;
  /** Size of the whole file, of which `body` may be a part; absent when the store does not say. */
  readonly fileBytes?: number;
  readonly etag?: string;
  /** False when the store ignored the range and sends the whole file. */
  readonly isRange: boolean;
}

/** What one kind of storage offers; `downloadDirectory` makes a verified local directory of it. */
export interface RemoteDirectory {
  /** Stands in messages. */
  readonly uri: string;
  /** Whether `open` understands `range`: large files then come in parallel parts. */
  readonly hasRanges: boolean;
  /**
   * Every file below the root, in any order; empty when there is nothing.
   *
   * @param maxFiles stop listing soon after so many
   */
  list(options: { readonly maxFiles: number; readonly signal: AbortSignal }): Promise<RemoteFile[]>;
  /**
   * One attempt to read a file or a part of it; the caller retries, checks and writes.
   *
   * @throws {ServingError} RESOURCE_DOES_NOT_EXIST, UNAUTHENTICATED, PERMISSION_DENIED; TEMPORARILY_UNAVAILABLE
   *   for what is worth another attempt
   */
  open(file: RemoteFile, options: OpenOptions): Promise<RemoteBody>;
}
