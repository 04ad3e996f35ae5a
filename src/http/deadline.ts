import { ServingError } from '../errors.ts';

/** When a request must be answered. */
export interface Deadline {
  /** ms since epoch. */
  readonly atMs: number;
  /** The whole time the request had; ms. Said in the error. */
  readonly limitMs: number;
}

export const deadlineIn = (limitMs: number, nowMs: number): Deadline => ({
  atMs: nowMs + limitMs,
  limitMs,
});

/**
 * Wait for `work`, but not past the deadline. The work itself goes on; nobody waits for it.
 *
 * @throws {ServingError} DEADLINE_EXCEEDED when the time is over
 */
export function within<T>(work: Promise<T>, { atMs, limitMs }: Deadline): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timeIsOver(limitMs)), Math.max(0, atMs - Date.now()));
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/**
 * A model that computes on this thread cannot be interrupted: its answer is late, and MLflow's caller has a 504.
 *
 * @throws {ServingError} DEADLINE_EXCEEDED when `durationMs` is over the limit
 */
export function refuseLate(durationMs: number, { limitMs }: Deadline): void {
  if (durationMs > limitMs) throw timeIsOver(limitMs);
}

const timeIsOver = (limitMs: number): ServingError =>
  new ServingError(
    'DEADLINE_EXCEEDED',
    `request processing time exceeded its limit of ${Math.round(limitMs / 100) / 10} s`,
  );
