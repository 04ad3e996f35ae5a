import { setTimeout as sleep } from 'node:timers/promises';
import type { Options as RetryOptions } from 'p-retry';
import { HttpProblem } from './http-problem.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Milliseconds before retry number `retry`, which counts from 1. */
export type PauseMs = (retry: number) => number;

export interface RetryPolicyOptions {
  readonly retries: number;
  /** On the clock of `performance.now()`; milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
  /** @default growing from 200 ms to 5 s, times 1 to 2 */
  readonly pauseMs?: PauseMs | undefined;
  /** @default true - `Retry-After` comes on top of the pause */
  readonly honorsRetryAfter?: boolean | undefined;
}

/** Pauses between attempts, and none that would outlast the deadline. */
export function retryPolicy(options: RetryPolicyOptions) {
  const { retries, deadline, signal, pauseMs = growing, honorsRetryAfter = true } = options;
  return {
    retries,
    minTimeout: 0,
    signal,
    shouldConsumeRetry: ({ error, attemptNumber }) => isConsumed(error, attemptNumber),
    shouldRetry: async ({ error, attemptNumber, retriesConsumed }) => {
      if (retryOf(error) === 'never') return false;
      const asked = honorsRetryAfter ? retryAfterOf(error) : 0;
      const own = isConsumed(error, attemptNumber) ? pauseMs(retriesConsumed + 1) : 0;
      if (performance.now() + asked + own >= deadline) return false;
      if (asked + own > 0) {
        await sleep(asked + own, undefined, { signal }).catch(() => signal?.throwIfAborted());
      }
      return true;
    },
  } satisfies RetryOptions;
}

const growing: PauseMs = (retry) =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (retry - 1) * (1 + Math.random()));

/** An idle connection that died in our hands is no attempt, unless it happens again and again. */
const isConsumed = (error: unknown, attemptNumber: number): boolean =>
  attemptNumber > 2 || retryOf(error) !== 'now';

const retryAfterOf = (error: unknown): number =>
  error instanceof HttpProblem ? (error.details.retryAfterMs ?? 0) : 0;

export const retryOf = (error: unknown): 'never' | 'later' | 'now' =>
  error instanceof HttpProblem ? (error.details.retry ?? 'never') : 'never';
