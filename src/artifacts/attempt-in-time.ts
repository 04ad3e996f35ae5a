import { ServingError } from '../errors.ts';
import { withRetries } from './retry.ts';

export interface AttemptInTime<T> {
  /** One attempt. */
  readonly work: (signal: AbortSignal) => Promise<T>;
  /** Says in our words why an attempt failed. */
  readonly translate: (error: unknown) => unknown;
  /** For messages. */
  readonly place: string;
  readonly attempts: number;
  /** For all attempts together; ms. @default as long as it takes */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Do something, again when it failed for a moment, until it took too long.
 *
 * @throws {ServingError} what `translate` made of the last failure; TEMPORARILY_UNAVAILABLE when the time is over
 * @throws the signal's reason
 */
export async function attemptInTime<T>(options: AttemptInTime<T>): Promise<T> {
  const { work, translate, place, attempts, timeoutMs, signal: caller = NEVER } = options;
  const limit = timeoutMs === undefined ? NEVER : AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([caller, limit]);
  const once = async (): Promise<T> => {
    try {
      signal.throwIfAborted();
      return await work(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw translate(error);
    }
  };
  try {
    return await withRetries(once, { transientAttempts: attempts, mismatchAttempts: 1, signal });
  } catch (error) {
    if (!limit.aborted || error !== limit.reason) throw error;
    throw new ServingError(
      'TEMPORARILY_UNAVAILABLE',
      `${place} did not answer within ${(timeoutMs ?? 0) / 1000} s; try again`,
      { cause: error },
    );
  }
}

const NEVER = new AbortController().signal;
