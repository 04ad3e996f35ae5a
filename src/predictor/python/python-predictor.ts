import { totalmem } from 'node:os';
import { ServingError } from '../../errors.ts';
import type { RawAnswer, RawPredictor, RawRequest } from '../predictor.ts';
import { createRequestQueue } from './request-queue.ts';
import { createRestarts } from './restarts.ts';
import { DEFAULT_MAX_FRAME_BYTES } from './spawn-worker.ts';
import { MEMORY_CHECK_MS, startWorker, tooMuchMemory } from './start-worker.ts';
import { readAnswer } from './worker-answer.ts';
import type { WorkerOptions } from './worker-options.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Of the header; the head of a frame has to hold it. */
const MAX_CONTENT_TYPE = 8_192;
/** After an answer, memory is looked at when the last look was this long ago; ms. */
const IDLE_CHECK_MS = 1_000;

/**
 * Open a model with Python: a process in the model's own environment answers with MLflow's own code.
 *
 * Resolves when the model is loaded. A process that dies later is replaced by the next request.
 *
 * @throws {ServingError} INTERNAL_ERROR with the reason when the model cannot be loaded
 */
export async function openPythonPredictor(
  options: WorkerOptions,
): Promise<RawPredictor & { residentBytes(): number }> {
  const { memoryBytes = defaultMemoryBytes(), maxFrameBytes = DEFAULT_MAX_FRAME_BYTES } = options;
  const restarts = createRestarts(() => startWorker(options, memoryBytes));
  const queue = createRequestQueue(2 * maxFrameBytes);
  let isReleased = false;
  let checkedAtMs = performance.now();

  await restarts.worker();

  function score(request: RawRequest): Promise<RawAnswer> {
    const body = toBytes(request.body);
    if (body.length > maxFrameBytes) return Promise.reject(tooLarge(body.length, maxFrameBytes));
    if ((request.contentType?.length ?? 0) > MAX_CONTENT_TYPE) return Promise.reject(longType());
    if (isReleased) return Promise.reject(closed());
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    let worker: WorkerProcess | undefined;
    let isOver = false;
    const timer = onDeadline(request.deadlineAtMs, () => {
      isOver = true;
      reject(late(worker !== undefined));
      worker?.kill('the request that it computed was over its time');
    });

    async function run(): Promise<void> {
      try {
        const found = restarts.worker();
        const live = found instanceof Promise ? await found : found;
        if (isOver) return;
        worker = live;
        resolve(await ask(live, request, body));
      } catch (error) {
        reject(error);
      } finally {
        clearTimeout(timer);
        // A process that is being stopped must not get the next request.
        if (isOver) await worker?.ended;
      }
    }
    try {
      queue.add({ sizeBytes: body.length, run: () => (isOver ? Promise.resolve() : run()) });
    } catch (error) {
      clearTimeout(timer);
      reject(error);
    }
    return promise;
  }

  async function ask(worker: WorkerProcess, request: RawRequest, body: Uint8Array) {
    let isTooLarge = false;
    const check = (): void => {
      checkedAtMs = performance.now();
      if (!worker.isAbove(memoryBytes)) return;
      isTooLarge = true;
      worker.kill(tooMuchMemory(memoryBytes));
    };
    const interval = setInterval(check, MEMORY_CHECK_MS);
    try {
      const frame = await worker.ask(headOf(request), body).catch((error: Error) => {
        throw isTooLarge ? grewTooLarge(error.message) : died(error.message);
      });
      if (frame.head['last'] === true) {
        worker.kill('it could not read a request');
        await worker.ended; // it must not get the next one
      }
      if (performance.now() - checkedAtMs > IDLE_CHECK_MS) check();
      return readAnswer(frame);
    } finally {
      clearInterval(interval);
    }
  }

  return {
    kind: 'raw',
    score,
    residentBytes: () => restarts.current()?.residentBytes() ?? 0,
    async release() {
      isReleased = true;
      await queue.idle();
      await restarts.current()?.close();
    },
  };
}

const headOf = ({ contentType, maxRows, hasTypedCsv = true }: RawRequest) => ({
  contentType: contentType ?? null,
  maxRows,
  typedCsv: hasTypedCsv,
});

function onDeadline(atMs: number | undefined, run: () => void): NodeJS.Timeout | undefined {
  return atMs === undefined ? undefined : setTimeout(run, Math.max(0, atMs - Date.now()));
}

const defaultMemoryBytes = (): number =>
  Math.floor(0.8 * Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY));

const toBytes = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body, 'utf8') : body;

const longType = (): ServingError =>
  new ServingError(
    'UNSUPPORTED_MEDIA_TYPE',
    `the Content-Type header has more than ${MAX_CONTENT_TYPE} characters`,
  );

const tooLarge = (bytes: number, maxBytes: number): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `the request body has ${bytes} bytes; at most ${maxBytes} can be passed to the model's process: send fewer rows at once`,
  );

const died = (reason: string): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `the model's process ended before it answered: ${reason}; the next request gets a new one`,
  );

const grewTooLarge = (reason: string): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    `the model's process was stopped: ${reason}; send fewer rows at once, or raise it`,
  );

const late = (wasComputing: boolean): ServingError =>
  new ServingError(
    'DEADLINE_EXCEEDED',
    wasComputing
      ? 'request processing time exceeded its limit; the model was still computing and was stopped'
      : 'request processing time exceeded its limit; the request was still waiting for the model',
  );

const closed = (): ServingError =>
  new ServingError('TEMPORARILY_UNAVAILABLE', 'the model was closed; ask again');
