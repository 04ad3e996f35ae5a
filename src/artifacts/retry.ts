import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { ServingError } from '../errors.ts';
import { findHttpProblem } from '../http-client/http-problem.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/** The cause of an error about bytes that are not the announced ones: another file, not a bad line. */
export class ContentMismatch extends Error {
  override readonly name = 'ContentMismatch';
}

/** Bytes arrived, but not those that were announced. */
export const contentMismatch = (message: string): ServingError =>
  new ServingError('TEMPORARILY_UNAVAILABLE', message, { cause: new ContentMismatch(message) });

export interface RetryPolicy {
  /** Attempts in all while the store or the line fails. */
  readonly transientAttempts: number;
  /** Attempts in all while wrong bytes arrive: a large file is not worth five of them. */
  readonly mismatchAttempts: number;
  /** @default 100 ms - grows from there */
  readonly firstPauseMs?: number;
  readonly signal: AbortSignal;
}

/** Wrong bytes may be a write under way, so one more attempt; a failing store gets four more. */
export const FILE_ATTEMPTS = { transientAttempts: 5, mismatchAttempts: 2 } as const;
/** A part of a file that has changed makes the other parts worthless too. */
export const PART_ATTEMPTS = { transientAttempts: 5, mismatchAttempts: 1 } as const;
/** Its parts have had their own attempts; only a changed file begins again. */
export const FILE_OF_PARTS_ATTEMPTS = { transientAttempts: 1, mismatchAttempts: 2 } as const;

/**
 * Attempt something again while it fails with TEMPORARILY_UNAVAILABLE, after growing, jittered pauses.
 *
 * Units: pauses of one to two times `firstPauseMs`, then doubling up to 3 s; `Retry-After` is honoured up to that too.
 *
 * @throws whatever the last attempt threw, or the signal's reason
 */
export function withRetries<T>(attempt: () => Promise<T>, policy: RetryPolicy): Promise<T> {
  const mostAttempts = Math.max(policy.transientAttempts, policy.mismatchAttempts);
  return pRetry(attempt, {
    retries: mostAttempts - 1,
    minTimeout: policy.firstPauseMs ?? FIRST_PAUSE_MS,
    maxTimeout: LONGEST_PAUSE_MS,
    randomize: true,
    signal: policy.signal,
    shouldRetry: async ({ error, attemptNumber }) => {
      if (attemptNumber >= attemptsFor(error, policy)) return false;
      await pauseAsAsked(error, policy.signal);
      return true;
    },
  });
}

function attemptsFor(error: unknown, policy: RetryPolicy): number {
  if (!(error instanceof ServingError) || error.code !== 'TEMPORARILY_UNAVAILABLE') return 1;
  if (findHttpProblem(error)?.details.retry === 'never') return 1;
  return error.cause instanceof ContentMismatch
    ? policy.mismatchAttempts
    : policy.transientAttempts;
}

async function pauseAsAsked(error: unknown, signal: AbortSignal): Promise<void> {
  const askedMs = findHttpProblem(error)?.details.retryAfterMs;
  if (askedMs === undefined) return;
  await sleep(Math.min(askedMs, LONGEST_PAUSE_MS), undefined, { signal });
}
