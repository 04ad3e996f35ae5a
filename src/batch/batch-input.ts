/** One object or file to score. It must not change while it is read: both methods check its ETag. */
export interface BatchInput {
  /** For messages and the manifest. */
  readonly uri: string;
  /** Of the object in its bucket, or of the file in its folder; names the folder of the outputs. */
  readonly key: string;
  readonly sizeBytes: number;
  /** Of the bytes: S3's ETag, or a file's size and time of change. */
  readonly etag: string;

  /**
   * The bytes from `start` to `end` (exclusive; default all), as they come; with back-pressure.
   *
   * @throws {ServingError} TEMPORARILY_UNAVAILABLE when the store fails after all retries, or gives fewer bytes
   *   than there are; RESOURCE_DOES_NOT_EXIST, PERMISSION_DENIED; INVALID_STATE when the object was replaced
   */
  stream(range?: ByteRange): AsyncIterable<Uint8Array>;
  /** The bytes of a range, whole. Throws as `stream`. */
  read(range: ByteRange): Promise<Uint8Array>;
}

export interface ByteRange {
  readonly start: number;
  readonly end: number;
}
