/**
 * HTTP status of each MLflow error code this product can answer with.
 *
 * Names and numbers are MLflow's; the last block is ours, for what MLflow answers without a code.
 * @see mlflow/exceptions.py, `ERROR_CODE_TO_HTTP_STATUS`
 */
export const STATUS_BY_CODE = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RESOURCE_ALREADY_EXISTS: 400,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  RESOURCE_CONFLICT: 409,
  REQUEST_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  NOT_IMPLEMENTED: 501,
  TEMPORARILY_UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  // MLflow's, too: only the Python of a model raises them.
  INVALID_STATE: 500,
  DATA_LOSS: 500,
  CANCELLED: 499,
  RESOURCE_EXHAUSTED: 429,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  NOT_FOUND: 404,
  CUSTOMER_UNAUTHORIZED: 401,
  // Ours: MLflow has no limit on bodies (413) and answers 415 and its time-out as plain text.
  REQUEST_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
} as const;

export type ErrorCode = keyof typeof STATUS_BY_CODE;

/** MLflow's coarser classification, sent beside the code with its SQL state. */
export type ErrorClass =
  | 'INVALID_PARAMETER_VALUE'
  | 'SCHEMA_ENFORCEMENT_FAILED'
  | 'CLIENT_INTERNAL_ERROR'
  | 'RESOURCE_NOT_FOUND'
  | 'PERMISSION_DENIED';

const CLASS_BY_CODE: Partial<Record<ErrorCode, ErrorClass>> = {
  BAD_REQUEST: 'INVALID_PARAMETER_VALUE',
  INVALID_PARAMETER_VALUE: 'INVALID_PARAMETER_VALUE',
  INTERNAL_ERROR: 'CLIENT_INTERNAL_ERROR',
  TEMPORARILY_UNAVAILABLE: 'CLIENT_INTERNAL_ERROR',
  RESOURCE_DOES_NOT_EXIST: 'RESOURCE_NOT_FOUND',
  ENDPOINT_NOT_FOUND: 'RESOURCE_NOT_FOUND',
  PERMISSION_DENIED: 'PERMISSION_DENIED',
};

/** @see mlflow/error_classification.py */
export const SQLSTATE_BY_CLASS: Record<ErrorClass, string> = {
  INVALID_PARAMETER_VALUE: 'KAM00',
  SCHEMA_ENFORCEMENT_FAILED: 'KAM01',
  CLIENT_INTERNAL_ERROR: 'XXM00',
  RESOURCE_NOT_FOUND: 'KAM00',
  PERMISSION_DENIED: 'KAM00',
};

export interface ServingErrorOptions extends ErrorOptions {
  /** @default the code's own class - only schema enforcement needs another one */
  errorClass?: ErrorClass;
  /** When to try again; seconds. @default nobody knows */
  retryAfterSeconds?: number;
}

/**
 * The only error thrown on purpose; anything else that reaches the edge is a bug.
 *
 * The message goes to the caller: it names column, row and rule, never the value that was sent,
 * never a path of this machine, never a credential.
 */
export class ServingError extends Error {
  override readonly name = 'ServingError';
  readonly code: ErrorCode;
  readonly errorClass: ErrorClass | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: ServingErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.errorClass = options.errorClass ?? CLASS_BY_CODE[code];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return STATUS_BY_CODE[this.code];
  }
}

/** A failure of MLflow's lenient parse step: 400 BAD_REQUEST. */
export const badRequest = (message: string, options?: ErrorOptions): ServingError =>
  new ServingError('BAD_REQUEST', message, options);

/** A failure of MLflow's strict step: 400 INVALID_PARAMETER_VALUE, class SCHEMA_ENFORCEMENT_FAILED. */
export const schemaEnforcementFailed = (message: string, options?: ErrorOptions): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', message, {
    ...options,
    errorClass: 'SCHEMA_ENFORCEMENT_FAILED',
  });
