import { type ErrorCode, ServingError } from '../errors.ts';

/** The file cannot be scored as it is: no further try helps, somebody has to look. */
const FINAL_CODES: ReadonlySet<ErrorCode> = new Set([
  'BAD_REQUEST',
  'INVALID_PARAMETER_VALUE',
  'NOT_IMPLEMENTED',
  'REQUEST_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
]);

/** Whether no further try of a batch message helps. */
export const isFinalError = (error: unknown): error is ServingError =>
  error instanceof ServingError && FINAL_CODES.has(error.code);
