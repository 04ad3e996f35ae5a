import type { RawPredictor } from '../predictor.ts';
import { startModelThread } from './model-thread.ts';
import { startRequestPool } from './request-pool.ts';
import type { WaitingLimits } from './waiting-requests.ts';

export interface ThreadedPredictorOptions extends WaitingLimits {
  /** The module that the threads run; it calls `serveRequests`. */
  readonly entry: string;
  /** What it needs to open the model. */
  readonly workerData: unknown;
  readonly size: number;
}

/**
 * Open a model in threads of its own, each with a copy of it: requests are parsed, computed and encoded there, and this
 * thread's event loop stays free.
 *
 * @throws {ServingError} what opening the model threw
 */
export async function openThreadedPredictor(
  options: ThreadedPredictorOptions,
): Promise<RawPredictor> {
  const { entry, workerData, size } = options;
  const before = process.memoryUsage.rss();
  const pool = await startRequestPool({
    ...options,
    startThread: (onAnswer) => startModelThread({ entry, workerData, onAnswer }),
  });
  // One copy is there; the others come.
  const copyBytes = Math.max(0, process.memoryUsage.rss() - before);
  return {
    kind: 'raw',
    score: pool.score,
    residentBytes: () => (size - 1) * copyBytes,
    release: pool.close,
  };
}
