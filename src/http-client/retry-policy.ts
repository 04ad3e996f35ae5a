import { setTimeout as sleep } from 'node:timers/promises';
import type { Options as RetryOptions } from 'p-retry';
import { HttpProblem } from './http-problem.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Growing pauses with jitter, `Retry-After` on top, and none that would outlast the deadline. */
export function retryPolicy(retries: number, deadline: number, signal: AbortSignal | undefined) {
  return {
    retries,
    factor: 2,
    minTimeout: FIRST_PAUSE_MS,
    maxTimeout: LONGEST_PAUSE_MS,
    randomize: true,
    signal,
    shouldConsumeRetry: ({ error, attemptNumber }) => attemptNumber > 2 || retryOf(error) !== 'now',
    shouldRetry: async ({ error, retryDelay }) => {
      if (retryOf(error) === 'never') return false;
      const asked = error instanceof HttpProblem ? (error.details.retryAfterMs ?? 0) : 0;
      if (performance.now() + asked + retryDelay >= deadline) return false;
      if (asked > 0)
        await sleep(asked, undefined, { signal }).catch(() => signal?.throwIfAborted());
      return true;
    },
  } satisfies RetryOptions;
}

export const retryOf = (error: unknown): 'never' | 'later' | 'now' =>
  error instanceof HttpProblem ? (error.details.retry ?? 'never') : 'never';
