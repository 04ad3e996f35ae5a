import { Worker } from 'node:worker_threads';
import { fromThreadError } from '../../threads/thread-error.ts';
import { SMALL_BYTES, transferOf } from './body-transfer.ts';
import type { FromThread, ToThread } from './messages.ts';
import type { Task } from './waiting-requests.ts';

/** One thread with the model open. */
export interface ModelThread {
  /** Rejects when the model cannot be opened. */
  readonly ready: Promise<void>;
  /** Resolves with the reason. */
  readonly ended: Promise<string>;
  /** Given and not answered, oldest first; the first is being computed. */
  readonly tasks: readonly Task[];
  readonly meanMs: number;
  hasRoomFor(task: Task): boolean;
  give(task: Task): void;
  /** Take everything from it that it was given. */
  takeBack(): Task[];
  /** End it; code of a library runs on until it returns. */
  stop(): void;
  /** Let it close the model, for a moment. Never rejects. */
  close(): Promise<void>;
}

export interface ModelThreadOptions {
  /** The module that it runs; it calls `serveRequests`. */
  readonly entry: string;
  readonly workerData: unknown;
  /** Called after each answer. */
  readonly onAnswer: () => void;
}

/** Requests live shortly: without a bound each thread keeps tens of MB of garbage. */
const LIMITS = { maxYoungGenerationSizeMb: 24 };
/** A thread is given work ahead for this long: the way to it and back takes some 0.05 ms, which it need not wait for. */
const AHEAD_MS = 1;
const MAX_AHEAD = 16;
/** Share of the newest request in the mean. */
const NEWEST = 0.2;
/** What a thread has to close its model; ms. */
const CLOSE_MS = 2_000;

/** Start a thread. Whoever starts it waits for `ready`. */
export function startModelThread(options: ModelThreadOptions): ModelThread {
  const worker = new Worker(options.entry, {
    workerData: options.workerData,
    resourceLimits: LIMITS,
  });
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  let tasks: Task[] = [];
  let meanMs = AHEAD_MS;
  let reason = 'it stopped';
  ready.promise.catch(() => {}); // thrown to whoever waits for it

  function settle(answer: Extract<FromThread, { computingMs: number }>): void {
    const task = tasks.shift();
    meanMs += NEWEST * (answer.computingMs - meanMs);
    if (tasks.length === 0) worker.unref();
    if (answer.kind === 'answer') task?.resolve({ text: answer.text, rows: answer.rows });
    else task?.reject(fromThreadError(answer.error));
    options.onAnswer();
  }
  worker.on('message', (message: FromThread) => {
    switch (message.kind) {
      case 'ready':
        worker.unref();
        return ready.resolve();
      case 'unopened':
        return ready.reject(fromThreadError(message.error));
      default:
        return settle(message);
    }
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    reason = reasonOf(error);
  });
  worker.on('exit', () => {
    ready.reject(new Error(`a thread ended before it had the model open: ${reason}`));
    ended.resolve(reason);
  });

  return {
    ready: ready.promise,
    ended: ended.promise,
    get tasks() {
      return tasks;
    },
    get meanMs() {
      return meanMs;
    },
    hasRoomFor({ sizeBytes }) {
      const [computing] = tasks;
      if (computing === undefined) return true;
      // What is given ahead is given anew when the thread ends: it must be a copy. And a large one takes longer than the mean.
      const areSmall = Math.max(sizeBytes, computing.sizeBytes) < SMALL_BYTES;
      return areSmall && tasks.length < Math.min(MAX_AHEAD, AHEAD_MS / meanMs);
    },
    give(task) {
      if (tasks.length === 0) worker.ref();
      tasks.push(task);
      const { body, transfer } = transferOf(task.request.body);
      worker.postMessage({ ...task.request, body } satisfies ToThread, transfer);
    },
    takeBack() {
      const taken = tasks;
      tasks = [];
      return taken;
    },
    stop() {
      void worker.terminate();
      worker.unref();
    },
    async close() {
      worker.ref();
      worker.postMessage('close' satisfies ToThread);
      const over = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        void worker.terminate();
        over.resolve();
      }, CLOSE_MS);
      await Promise.race([ended.promise, over.promise]);
      clearTimeout(timer);
      worker.unref();
    },
  };
}

function reasonOf({ code, name }: NodeJS.ErrnoException): string {
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? 'it ran out of memory, send fewer rows at once'
    : `of ${name}`;
}
