import type { RawAnswer, RawRequest } from '../predictor.ts';
import type { ModelThread } from './model-thread.ts';
import { createThreadCrew } from './thread-crew.ts';
import { lateComputing, lateWaiting, modelClosed, queueIsFull } from './thread-problems.ts';
import {
  createWaitingRequests,
  isOverdue,
  type Task,
  type WaitingLimits,
} from './waiting-requests.ts';

export interface RequestPoolOptions extends WaitingLimits {
  /** @param onAnswer called after each of its answers */
  readonly startThread: (onAnswer: () => void) => ModelThread;
  readonly size: number;
  /** @default 2,000 ms - what computes this long past its deadline is taken to hang */
  readonly graceMs?: number;
}

export interface RequestPool {
  /** @throws {ServingError} what the thread threw, TEMPORARILY_UNAVAILABLE, DEADLINE_EXCEEDED */
  score(request: RawRequest): Promise<RawAnswer>;
  /** Resident threads, for those who watch. */
  readonly threads: readonly ModelThread[];
  close(): Promise<void>;
}

/** How often deadlines are looked at; ms. Who waits for an answer has a timer of its own. */
const LOOK_MS = 100;
/** A look that comes this late means that the process slept, or was blocked: nobody had time to answer; ms. */
const SLEPT_MS = 1_000;
const LONGEST_RETRY_SECONDS = 60;

/**
 * Start threads with one model and spread requests over them; what they cannot take waits, in order.
 *
 * @throws what opening the model threw in the first thread; those after it open it while requests are answered
 */
export async function startRequestPool(options: RequestPoolOptions): Promise<RequestPool> {
  const { size, graceMs = 2_000 } = options;
  const waiting = createWaitingRequests(options);
  let isClosed = false;
  let looking: NodeJS.Timeout | undefined;
  let lookedAtMs = 0;
  const crew = createThreadCrew({
    size,
    startThread: () => options.startThread(handOut),
    onReady: handOut,
    onEnd(taken, problem) {
      const [computing, ...ahead] = taken;
      computing?.reject(problem);
      waiting.putBack(ahead);
    },
    onNone(problem) {
      for (const { reject } of waiting.takeAll()) reject(problem);
    },
  });

  /** The one with the least to do, if it has room. */
  function findThread(task: Task): ModelThread | undefined {
    let best: ModelThread | undefined;
    for (const thread of crew.live()) {
      if (best === undefined || thread.tasks.length < best.tasks.length) best = thread;
    }
    return best?.hasRoomFor(task) === true ? best : undefined;
  }

  function handOut(): void {
    for (let task = waiting.first(); task !== undefined; task = waiting.first()) {
      if (isOverdue(task.request, Date.now())) {
        waiting.take();
        task.reject(lateWaiting());
        continue;
      }
      const thread = findThread(task);
      if (thread === undefined) return;
      waiting.take();
      thread.give(task);
    }
  }

  function enqueue(task: Task): void {
    if (waiting.add(task)) return;
    dropOverdue(Date.now());
    if (waiting.add(task)) return;
    task.reject(queueIsFull(waiting.size, retryAfterSeconds()));
  }

  /** What those that wait take, by what the last ones took. */
  function retryAfterSeconds(): number {
    const threads = crew.live();
    const sumMs = threads.reduce((sum, { meanMs }) => sum + meanMs, 0);
    const meanMs = sumMs / Math.max(1, threads.length);
    const seconds = Math.ceil((meanMs * waiting.size) / Math.max(1, threads.length) / 1000);
    return Math.min(LONGEST_RETRY_SECONDS, Math.max(1, seconds));
  }

  function dropOverdue(nowMs: number): void {
    for (const { reject } of waiting.takeOverdue(nowMs)) reject(lateWaiting());
  }

  function look(): void {
    looking = undefined;
    const nowMs = Date.now();
    const hasSlept = nowMs - lookedAtMs > LOOK_MS + SLEPT_MS;
    if (!hasSlept) {
      dropOverdue(nowMs);
      for (const thread of crew.live()) {
        const [computing] = thread.tasks;
        if (computing && isOverdue(computing.request, nowMs - graceMs)) {
          crew.stop(thread, lateComputing());
        }
      }
    }
    handOut();
    if (waiting.size > 0 || crew.live().some(({ tasks }) => tasks.length > 0)) keepLooking();
  }

  function keepLooking(): void {
    if (looking !== undefined) return;
    lookedAtMs = Date.now();
    looking = setTimeout(look, LOOK_MS).unref();
  }

  await crew.ready;
  return {
    get threads() {
      return crew.live();
    },
    score(request) {
      const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
      const { body } = request;
      const task = { request, sizeBytes: sizeOf(body), resolve, reject };
      const problem = isClosed ? modelClosed() : crew.problem();
      if (problem !== undefined) reject(problem);
      else {
        const thread = waiting.size === 0 ? findThread(task) : undefined;
        if (thread !== undefined) thread.give(task);
        else enqueue(task);
        keepLooking();
      }
      return promise;
    },
    async close() {
      isClosed = true;
      clearTimeout(looking);
      for (const { reject } of waiting.takeAll()) reject(modelClosed());
      await crew.close();
    },
  };
}

/** A string's bytes are counted as its units: it is a bound, not a measure. */
const sizeOf = (body: string | Uint8Array): number =>
  typeof body === 'string' ? body.length : body.byteLength;
