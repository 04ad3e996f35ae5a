import { Worker } from 'node:worker_threads';
import { ServingError } from '../../errors.ts';
import { fromThreadError, type ThreadError } from '../../threads/thread-error.ts';

/** From the pool to a thread. */
export type ThreadRequest<Item> =
  | { readonly kind: 'work'; readonly id: number; readonly item: Item }
  | { readonly kind: 'close' };

/** From a thread to the pool. */
export type ThreadAnswer<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: Result }
  /** Of the start when there is no id. */
  | { readonly kind: 'failed'; readonly id?: number; readonly error: ThreadError };

export interface ThreadPool<Item, Result> {
  /** Items at once that keep every thread busy. */
  readonly parallel: number;
  /**
   * @param transfer buffers that the thread may have for itself
   * @throws what the thread threw; INTERNAL_ERROR when it ended
   */
  run(item: Item, transfer: readonly ArrayBuffer[]): Promise<Result>;
  /** Let the threads close what they have open, for a moment. Never rejects. */
  close(): Promise<void>;
}

/** Chunks live shortly: without a bound, each thread keeps a hundred MB of them before it looks for garbage. */
const LIMITS = { maxYoungGenerationSizeMb: 24 };
/** Items of each thread that wait beside the one that it does: it need not wait for the reader. */
const WAITING = 1;
/** What a thread has to close its model; ms. */
const CLOSE_MS = 5_000;

/**
 * Start threads that do one item after the other, each with what it opened at its start.
 *
 * @param entry the module that they run; it calls `serveThread`
 * @throws what opening threw in the first thread that failed
 */
export async function startThreadPool<Item, Result>(options: {
  readonly entry: string;
  readonly size: number;
  readonly workerData: unknown;
}): Promise<ThreadPool<Item, Result>> {
  const { entry, size, workerData } = options;
  const threads = Array.from({ length: size }, () => startThread<Item, Result>(entry, workerData));
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  try {
    await Promise.all(threads.map(({ ready }) => ready));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    parallel: size * (1 + WAITING),
    close,
    run(item, transfer) {
      const idle = threads.reduce((best, other) => (other.load() < best.load() ? other : best));
      return idle.run(item, transfer);
    },
  };
}

function startThread<Item, Result>(entry: string, workerData: unknown) {
  const worker = new Worker(entry, { workerData, resourceLimits: LIMITS });
  const waiting = new Map<number, PromiseWithResolvers<Result>>();
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let last = 0;
  let end: Error | undefined;
  started.promise.catch(() => {}); // whoever starts the pool waits for it

  const fail = (error: Error): void => {
    end ??= error;
    started.reject(end);
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  };
  worker.on('message', (answer: ThreadAnswer<Result>) => {
    if (answer.kind === 'ready') return started.resolve();
    if (answer.id === undefined) return started.reject(fromThreadError((answer as Failed).error));
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (answer.kind === 'done') asked?.resolve(answer.result);
    else asked?.reject(fromThreadError(answer.error));
  });
  worker.on('error', fail);
  worker.on('exit', () => {
    fail(new ServingError('INTERNAL_ERROR', 'a thread that scores rows has ended'));
    ended.resolve();
  });

  return {
    ready: started.promise,
    load: () => waiting.size,
    run(item: Item, transfer: readonly ArrayBuffer[]): Promise<Result> {
      if (end !== undefined) return Promise.reject(end);
      const asked = Promise.withResolvers<Result>();
      waiting.set(++last, asked);
      worker.postMessage({ kind: 'work', id: last, item } satisfies ThreadRequest<Item>, [
        ...transfer,
      ]);
      return asked.promise;
    },
    async close(): Promise<void> {
      worker.postMessage({ kind: 'close' } satisfies ThreadRequest<Item>);
      const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

type Failed = Extract<ThreadAnswer<never>, { kind: 'failed' }>;
