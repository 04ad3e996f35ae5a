import type { ModelThread } from './model-thread.ts';
import { noThread, threadEnded } from './thread-problems.ts';
import type { Task } from './waiting-requests.ts';

export interface ThreadCrewOptions {
  readonly size: number;
  readonly startThread: () => ModelThread;
  /** A thread that took another's place has the model open. */
  readonly onReady: () => void;
  /** @param taken what it was given, oldest first; @param problem for the first of them */
  readonly onEnd: (taken: readonly Task[], problem: Error) => void;
  /** There is no thread, and none can be started now. */
  readonly onNone: (problem: Error) => void;
}

/** Threads with the model open; who ends is replaced. */
export interface ThreadCrew {
  /** One thread has the model open, the others are on their way. Rejects when the first cannot open it; it is gone then. */
  readonly ready: Promise<void>;
  /** Those that take requests. */
  live(): readonly ModelThread[];
  /** Why there is no thread, nor one on its way. */
  problem(): Error | undefined;
  /** End a thread that computes too long. */
  stop(thread: ModelThread, problem: Error): void;
  close(): Promise<void>;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Keep `size` threads.
 *
 * Code of a library cannot be stopped: a thread that was told to end while it computes goes on until that returns, and
 * keeps its processor and memory. As many as there should be may be on their way out; then no more are started.
 */
export function createThreadCrew(options: ThreadCrewOptions): ThreadCrew {
  const { size, startThread, onReady, onEnd, onNone } = options;
  const live: ModelThread[] = [];
  const starting = new Set<ModelThread>();
  const ending = new Set<ModelThread>();
  let failures = 0;
  let failure: unknown;
  let pausedUntilMs = 0;
  let pause: NodeJS.Timeout | undefined;
  let isReady = false;
  let isClosed = false;

  async function start(): Promise<void> {
    const thread = startThread();
    starting.add(thread);
    void thread.ended.then((reason) => gone(thread, reason));
    try {
      await thread.ready;
    } finally {
      starting.delete(thread);
    }
    failures = 0;
    if (!isClosed) live.push(thread);
  }

  async function replace(): Promise<void> {
    try {
      await start();
      onReady();
    } catch (error) {
      failure = error;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
      pausedUntilMs = Date.now() + pauseMs;
      clearTimeout(pause);
      pause = setTimeout(fill, pauseMs).unref();
      report();
    }
  }

  function fill(): void {
    if (!isReady || isClosed || Date.now() < pausedUntilMs) return;
    const missing = ending.size < size ? size - live.length - starting.size : 0;
    for (let each = 0; each < missing; each++) void replace();
    report();
  }

  function problem(): Error | undefined {
    if (live.length + starting.size > 0) return undefined;
    return noThread(failure, Math.max(1, Math.ceil((pausedUntilMs - Date.now()) / 1000)));
  }

  function report(): void {
    const found = problem();
    if (found !== undefined) onNone(found);
  }

  function gone(thread: ModelThread, reason: string): void {
    ending.delete(thread);
    if (live.includes(thread)) leave(thread, threadEnded(reason));
    fill();
  }

  function leave(thread: ModelThread, why: Error): void {
    live.splice(live.indexOf(thread), 1);
    onEnd(thread.takeBack(), why);
  }

  /** The first request need not wait for the last thread. */
  async function startFirst(): Promise<void> {
    try {
      await start();
      isReady = true;
      fill();
    } catch (error) {
      await close();
      throw error;
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(pause);
    await Promise.all([...live, ...starting].map((thread) => thread.close()));
  }

  return {
    ready: startFirst(),
    live: () => live,
    problem,
    stop(thread, why) {
      ending.add(thread);
      leave(thread, why);
      thread.stop();
      fill();
    },
    close,
  };
}
