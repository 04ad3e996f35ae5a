import { ServingError } from '../../errors.ts';
import type { Frame } from './frames.ts';
import type { WorkerOptions } from './worker-options.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const DEFAULT_START_TIMEOUT_MS = 120_000;
/** How often memory is looked at while a model loads or computes; ms. */
export const MEMORY_CHECK_MS = 50;

/**
 * Start a process and wait until it has loaded the model.
 *
 * @throws {ServingError} INTERNAL_ERROR with the worker's own reason, or how the process ended, or that it took
 *   too long or too much memory
 */
export async function startWorker(
  options: WorkerOptions,
  memoryBytes: number,
): Promise<WorkerProcess> {
  const { startTimeoutMs = DEFAULT_START_TIMEOUT_MS, onEvent = () => {} } = options;
  const startedAtMs = performance.now();
  const worker = startWorkerProcess(options, memoryBytes);
  const timer = setTimeout(
    () => worker.kill(`it took longer than ${startTimeoutMs / 1000} s to load the model`),
    startTimeoutMs,
  );
  const memory = setInterval(() => {
    if (worker.isAbove(memoryBytes)) worker.kill(tooMuchMemory(memoryBytes));
  }, MEMORY_CHECK_MS);
  worker.ended.then((reason) => onEvent({ type: 'ended', pid: worker.pid, reason }));
  try {
    const { head } = await worker.first;
    if (head['ready'] !== true) {
      worker.kill('it could not load the model');
      throw notLoaded(String(head['message']));
    }
    onEvent({
      type: 'started',
      pid: worker.pid,
      durationMs: performance.now() - startedAtMs,
      ...describe(head),
    });
    return worker;
  } catch (error) {
    await worker.ended;
    if (error instanceof ServingError) throw error;
    throw notLoaded(`the model's process did not start: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
    clearInterval(memory);
  }
}

export const tooMuchMemory = (bytes: number): string =>
  `it took more than ${Math.round(bytes / 2 ** 20)} MiB of memory, the bound that MLFLOW_SERVERLESS_PYTHON_MEMORY_BYTES sets`;

const describe = ({ mlflow, python, network }: Frame['head']) => ({
  mlflow: String(mlflow),
  python: String(python),
  network: String(network),
});

const notLoaded = (reason: string): ServingError =>
  new ServingError('INTERNAL_ERROR', `the model cannot be loaded with Python: ${reason}`);
