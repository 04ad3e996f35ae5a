export interface FailedMessage {
  readonly id: string;
  readonly body: string;
  /** Milliseconds since 1970, when it was first sent. */
  readonly sentAtMs: number;
  /** How often it was received, here and in the queue that it comes from. */
  readonly receives: number;
  /** Why it is here, when whoever put it here has said so. */
  readonly error?: string;
  /** ARN of the state machine's execution that put it here. */
  readonly execution?: string;
  /** For `remove` and `release`. */
  readonly receiptHandle: string;
}

/** The messages of a dead-letter queue. */
export interface FailedMessages {
  /**
   * All of them, the oldest first. Nobody else sees them until they are released, or five minutes are over: queues have no way to look at
   * messages without receiving them.
   *
   * @throws {ServingError} PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE …
   */
  receiveAll(options?: { readonly signal?: AbortSignal }): Promise<FailedMessage[]>;
  /** Throws as `receiveAll`. */
  remove(message: FailedMessage): Promise<void>;
  /** Let others see them at once. Throws as `receiveAll`; what was not released is seen later. */
  release(messages: readonly FailedMessage[]): Promise<void>;
}
