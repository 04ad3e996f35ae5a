import { type ErrorClass, type ErrorCode, ServingError } from '../errors.ts';

/** An error on its way from one thread to another, which would get a plain `Error` otherwise. */
export interface ThreadError {
  readonly message: string;
  /** Of a ServingError, as are the next two. */
  readonly code?: ErrorCode;
  readonly errorClass?: ErrorClass;
  /** Name and message of what it was made of. */
  readonly cause?: string;
  /** Of a bug, for the log. */
  readonly stack?: string;
}

export function toThreadError(error: unknown): ThreadError {
  if (error instanceof ServingError) {
    const { code, message, errorClass, cause } = error;
    return {
      code,
      message,
      ...(errorClass !== undefined && { errorClass }),
      ...(cause !== undefined && { cause: String(cause) }),
    };
  }
  if (!(error instanceof Error)) return { message: String(error) };
  return { message: error.message, ...(error.stack !== undefined && { stack: error.stack }) };
}

/** What `toThreadError` was given, as far as anybody looks at it. */
export function fromThreadError({ code, message, ...rest }: ThreadError): Error {
  if (code !== undefined) {
    const { errorClass, cause } = rest;
    return new ServingError(code, message, {
      ...(errorClass !== undefined && { errorClass }),
      ...(cause !== undefined && { cause }),
    });
  }
  const error = new Error(message);
  if (rest.stack !== undefined) error.stack = rest.stack;
  return error;
}
