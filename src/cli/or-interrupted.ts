import { setTimeout as sleep } from 'node:timers/promises';

/** What an installer started is ended, and removed, in this; ms. */
const LONGEST_CLEANUP_MS = 4_000;

/**
 * The result of `work`, or the signal's reason as soon as it comes.
 *
 * @param mustCleanUp asked then: whether `work` gets a moment to put things back
 */
export async function orInterrupted<T>(
  work: Promise<T>,
  signal: AbortSignal,
  mustCleanUp: () => boolean,
): Promise<T> {
  const { promise: interrupted, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  const settled = work.then(
    () => {},
    () => {}, // reported by the race
  );
  const stop = interrupted.then(async (): Promise<never> => {
    if (mustCleanUp()) await Promise.race([settled, sleep(LONGEST_CLEANUP_MS)]);
    throw signal.reason;
  });
  return Promise.race([work, stop]);
}
