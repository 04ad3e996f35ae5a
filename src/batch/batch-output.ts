/** Where results go: one folder, or one prefix of a bucket. */
export interface BatchOutput {
  /** As it was named; for messages and the manifest. */
  readonly uri: string;
  /** Begin an object; nothing is visible at `key` before `complete`. */
  create(key: string, contentType: string): Promise<PendingObject>;
}

/** An object that is being written; used by one writer at a time. */
export interface PendingObject {
  /** Resolves when more may be written: at most a few parts are in memory. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Make it visible, whole, unless there is one already.
   *
   * @returns `conflict` when another run has completed the same key; nothing was written then
   */
  complete(): Promise<'written' | 'conflict'>;
  /** Leave nothing behind. Never rejects. */
  abort(): Promise<void>;
}
