import { ServingError, SQLSTATE_BY_CLASS } from '../errors.ts';
import type { HttpResponse } from './http-message.ts';

const JSON_HEADERS = { 'content-type': 'application/json' } as const;
const TEXT_HEADERS = { 'content-type': 'text/plain; charset=utf-8' } as const;

/**
 * The answer for whatever was thrown, in MLflow's shape.
 *
 * The message of an error that was not thrown on purpose stays here: it may hold anything.
 * 415 and 504 are a bare sentence, as MLflow's are; the latter is labelled JSON there too.
 *
 * @see mlflow/exceptions.py, `serialize_as_json`; mlflow/pyfunc/scoring_server/__init__.py
 */
export function errorResponse(error: unknown): HttpResponse {
  if (!(error instanceof ServingError))
    return errorResponse(new ServingError('INTERNAL_ERROR', UNKNOWN));
  const { status, code, message, retryAfterSeconds } = error;
  if (code === 'UNSUPPORTED_MEDIA_TYPE') return { status, headers: TEXT_HEADERS, body: message };
  if (code === 'DEADLINE_EXCEEDED') return { status, headers: JSON_HEADERS, body: message };
  const headers =
    retryAfterSeconds === undefined
      ? JSON_HEADERS
      : { ...JSON_HEADERS, 'retry-after': String(retryAfterSeconds) };
  return { status, headers, body: errorBody(error) };
}

const UNKNOWN = 'the server failed to answer; its log says why';

/** `{"error_code", "message", "sqlstate", "error_class"}`; the last two only when the code has a class. */
export function errorBody({ code, message, errorClass }: ServingError): string {
  const members: [string, string][] = [
    ['error_code', code],
    ['message', message],
  ];
  if (errorClass !== undefined) {
    members.push(['sqlstate', SQLSTATE_BY_CLASS[errorClass]], ['error_class', errorClass]);
  }
  return `{${members.map(([name, text]) => `"${name}": ${JSON.stringify(text)}`).join(', ')}}`;
}
