/** What a request says beside its URL. */
export interface OutgoingRequest {
  readonly method: string;
  readonly body: string | undefined;
}

/** How requests show a server who sends them. */
export interface Authorization {
  /** @throws {ServingError} UNAUTHENTICATED or INVALID_PARAMETER_VALUE when there is nothing to show */
  headersFor(url: URL, request: OutgoingRequest): Promise<Readonly<Record<string, string>>>;
  /** The server refused it: look for credentials again. */
  forget(): void;
  /** After `forget` there may be others, so that a refused call is worth one more attempt. @default false */
  readonly isRenewable?: boolean;
}
