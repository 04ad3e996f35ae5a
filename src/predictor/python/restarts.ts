import { ServingError } from '../../errors.ts';
import type { WorkerProcess } from './worker-process.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface Restarts {
  /**
   * The running process, or a new one.
   *
   * @throws {ServingError} TEMPORARILY_UNAVAILABLE with the last failure's reason while it is too early to try again,
   *   INTERNAL_ERROR when the try failed
   */
  worker(): WorkerProcess | Promise<WorkerProcess>;
  /** The running process, if there is one. */
  current(): WorkerProcess | undefined;
}

/**
 * Start processes as they are needed, each failure doubling the pause before the next try.
 *
 * Loading a model costs seconds of processor time: a request each that finds out the same would cost the machine.
 */
export function createRestarts(
  start: () => Promise<WorkerProcess>,
  now: () => number = () => performance.now(),
): Restarts {
  let running: WorkerProcess | undefined;
  let starting: Promise<WorkerProcess> | undefined;
  let failures = 0;
  let notBeforeMs = 0;
  let lastFailure: unknown;

  async function startOnce(): Promise<WorkerProcess> {
    try {
      running = await start();
      failures = 0;
      return running;
    } catch (error) {
      failures += 1;
      lastFailure = error;
      notBeforeMs = now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
      throw error;
    } finally {
      starting = undefined;
    }
  }

  const current = (): WorkerProcess | undefined =>
    running === undefined || running.isEnded() ? undefined : running;

  return {
    current,
    worker() {
      const live = current();
      if (live !== undefined) return live;
      if (starting !== undefined) return starting;
      if (failures > 0 && now() < notBeforeMs) throw tooEarly(lastFailure, notBeforeMs - now());
      starting = startOnce();
      return starting;
    },
  };
}

function tooEarly(failure: unknown, waitMs: number): ServingError {
  const reason = failure instanceof ServingError ? failure.message : 'it failed to start';
  return new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${reason}; the next try is in ${Math.ceil(waitMs / 1000)} s`,
    { cause: failure },
  );
}
