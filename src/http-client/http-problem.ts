import { type ErrorCode, ServingError } from '../errors.ts';

/** What went wrong with an HTTP call, in the terms a caller decides by. */
export type HttpProblemKind =
  | 'not-found'
  | 'unauthenticated'
  | 'denied'
  | 'rejected'
  | 'failing'
  | 'unreachable'
  | 'bad-page';

const CODE_BY_KIND = {
  'not-found': 'RESOURCE_DOES_NOT_EXIST',
  unauthenticated: 'UNAUTHENTICATED',
  denied: 'PERMISSION_DENIED',
  rejected: 'INVALID_PARAMETER_VALUE',
  failing: 'TEMPORARILY_UNAVAILABLE',
  unreachable: 'TEMPORARILY_UNAVAILABLE',
  'bad-page': 'TEMPORARILY_UNAVAILABLE',
} as const satisfies Record<HttpProblemKind, ErrorCode>;

export interface HttpProblemDetails extends ErrorOptions {
  readonly status?: number;
  /** `error_code` of an MLflow error body. */
  readonly errorCode?: string;
  /** `message` of an MLflow error body; for logs, it may hold paths of the server. */
  readonly serverMessage?: string;
  /** What the server asked us to wait; milliseconds. */
  readonly retryAfterMs?: number;
  /**
   * Whether the same call may go better: `now` when an idle connection died in our hands.
   *
   * @default 'never'
   */
  readonly retry?: 'never' | 'later' | 'now';
}

/** The fact behind a `ServingError` of the HTTP client: its `cause`. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly kind: HttpProblemKind;
  readonly details: HttpProblemDetails;

  constructor(kind: HttpProblemKind, message: string, details: HttpProblemDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.details = details;
  }

  /** The same fact as the error that leaves the client. */
  toServingError(): ServingError {
    return new ServingError(CODE_BY_KIND[this.kind], this.message, { cause: this });
  }
}

/** The fact behind an error of the HTTP client; `undefined` for any other error. */
export function findHttpProblem(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof HttpProblem ? cause : undefined;
}
