/** What works off runs of batch elsewhere: a state machine of AWS, or a function app of Azure. */
export interface DeployedRuns {
  /**
   * Start a run, unless one of the same name is under way.
   *
   * @param input plain JSON; the same for the same name
   * @returns how it is asked for, and found in the output: after the last colon, if there is one
   * @throws {ServingError} UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE …
   */
  start(name: string, input: unknown, options?: { signal?: AbortSignal }): Promise<string>;
  /** Throws as `start`. */
  describe(run: string, options?: { signal?: AbortSignal }): Promise<DeployedRun>;
}

export interface DeployedRun {
  /** In the words of Step Functions: RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE */
  readonly status: string;
  /** It has not ended. */
  readonly isUnderWay: boolean;
  /** The name of the error that ended it. */
  readonly error?: string;
  readonly cause?: string;
}
