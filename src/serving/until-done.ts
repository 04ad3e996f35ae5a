import { ServingError } from '../errors.ts';
import type { Clock } from './clock.ts';

/**
 * Wait for shared work, but no longer than the caller can; the work itself goes on.
 *
 * @throws {ServingError} DEADLINE_EXCEEDED when `signal` aborts first
 */
export async function untilDone(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  if (signal === undefined) return work;
  throwIfAborted(signal);
  const { promise: aborted, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(deadlineExceeded(signal));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Wait for `work`, at most `maxMs` and at most until `signal` aborts. Never rejects if `work` does not. */
export async function atMost(
  work: Promise<void>,
  maxMs: number,
  clock: Clock,
  signal?: AbortSignal,
): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(maxMs, resolve);
  signal?.addEventListener('abort', () => resolve(), { once: true });
  if (signal?.aborted) resolve();
  try {
    await Promise.race([work, over]);
  } finally {
    cancel();
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw deadlineExceeded(signal);
}

/** A reason that is one of our errors is the caller's own word; anything else becomes one. */
function deadlineExceeded({ reason }: AbortSignal): ServingError {
  if (reason instanceof ServingError) return reason;
  return new ServingError('DEADLINE_EXCEEDED', 'the model was not ready before the deadline', {
    cause: reason,
  });
}
