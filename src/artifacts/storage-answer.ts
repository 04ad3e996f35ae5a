import { type ErrorCode, ServingError } from '../errors.ts';
import { HttpProblem } from '../http-client/http-problem.ts';
import { ContentMismatch } from './retry.ts';

/** What an answer of a store means that is no success. */
export interface Meaning {
  readonly error: ErrorCode;
  /** Reads after the place. */
  readonly text: string;
  /** @default 'never' */
  readonly retry?: 'later';
}

export interface RefusedAnswer {
  readonly status: number;
  /** The service's own, such as `NoSuchKey` or `BlobNotFound`; the status when it names none. */
  readonly code: string;
  readonly retryAfterMs: number | undefined;
}

/** Statuses whose cause may pass, when the code says nothing else. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 409, 425, 429, 500, 502, 503, 504]);

/** What a status means whose code is in no table; `undefined` when its cause does not pass. */
export const passingMeaning = (status: number): Meaning | undefined =>
  PASSING_STATUSES.has(status)
    ? { error: 'TEMPORARILY_UNAVAILABLE', text: 'is failing', retry: 'later' }
    : undefined;

export const UNKNOWN_MEANING: Meaning = {
  error: 'TEMPORARILY_UNAVAILABLE',
  text: 'was answered with an error that is not known here',
};

/** The error for an answer; its cause tells whether another attempt makes sense. */
export function refusedAnswer(
  place: string,
  { status, code, retryAfterMs }: RefusedAnswer,
  { error, text, retry }: Meaning,
): ServingError {
  const message = `${place} ${text} (${status === Number(code) ? `status ${status}` : code})`;
  const cause = new HttpProblem('rejected', message, {
    status,
    errorCode: code,
    retry: retry ?? 'never',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
  return new ServingError(error, message, { cause });
}

/** The object is not any more the one that was begun. */
export function changedWhileRead(place: string): ServingError {
  const message = `${place} changed while it was read`;
  return new ServingError('TEMPORARILY_UNAVAILABLE', message, {
    cause: new ContentMismatch(message),
  });
}
