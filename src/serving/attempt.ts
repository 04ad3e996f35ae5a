import { ServingError } from '../errors.ts';
import type { Clock } from './clock.ts';

/** A timer that fires this much late means that the process slept (or was blocked); ms. */
const SLEPT_MS = 1_000;

/** One try at something slow: shared by those who wait for it, bounded, and given up cleanly. */
export interface Attempt<T> {
  /** Never an unhandled rejection, whoever listens. */
  readonly result: Promise<T>;
  readonly startedAtMs: number;
  /** True while nothing came of it and its deadline has passed on the wall clock. */
  isOverdue(): boolean;
  /** True when it was still open well after its deadline: the platform froze the process meanwhile. */
  hasSlept(): boolean;
  /** Reject now, tell the work to stop, and discard what may still come of it. */
  abandon(why?: string): void;
}

export interface AttemptOptions<T> {
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** For the message: `looking up models:/wine@champion`. */
  readonly task: string;
  readonly run: (signal: AbortSignal) => Promise<T>;
  /** Receives a value that arrived after the attempt was given up. */
  readonly discard?: (value: T) => void;
}

/**
 * Start `run` with a deadline.
 *
 * A frozen process wakes up with dead sockets and old answers. The timer catches it on waking;
 * `isOverdue` lets a request that comes first see it, even where the monotonic clock stood still.
 *
 * @throws {ServingError} as rejection: TEMPORARILY_UNAVAILABLE at the deadline or when abandoned, else what `run` threw
 */
export function startAttempt<T>(options: AttemptOptions<T>): Attempt<T> {
  const { clock, deadlineMs, task, run, discard } = options;
  const controller = new AbortController();
  const startedAtMs = clock.now();
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  let isOpen = true;
  let slept = false;

  const settle = (): boolean => {
    if (!isOpen) return false;
    isOpen = false;
    slept = clock.now() - startedAtMs > deadlineMs + SLEPT_MS;
    cancelTimer();
    return true;
  };
  const abandon = (why = `not done within ${deadlineMs / 1000} s`): void => {
    if (!settle()) return;
    const error = new ServingError('TEMPORARILY_UNAVAILABLE', `${task} was given up: ${why}`);
    reject(error);
    controller.abort(error);
  };
  const cancelTimer = clock.after(deadlineMs, () => abandon());

  result.catch(() => {}); // those who wait report it; nobody waiting is no crash
  invoke(run, controller.signal).then(
    (value) => {
      if (settle()) resolve(value);
      else discard?.(value);
    },
    (error: unknown) => {
      if (settle()) reject(error);
    },
  );
  return {
    result,
    startedAtMs,
    isOverdue: () => isOpen && clock.now() - startedAtMs > deadlineMs,
    hasSlept: () => slept,
    abandon,
  };
}

/** A synchronous throw becomes a rejection. */
async function invoke<T>(
  run: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return run(signal);
}
