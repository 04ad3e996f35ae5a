import { ServingError } from '../../errors.ts';

export interface QueuedTask {
  /** Held while it waits; bytes. */
  readonly sizeBytes: number;
  /** Never rejects: it settles what its caller waits for. */
  readonly run: () => Promise<void>;
}

export interface RequestQueue {
  /** @throws {ServingError} REQUEST_LIMIT_EXCEEDED when too many wait already */
  add(task: QueuedTask): void;
  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void>;
}

const MAX_WAITING = 1_000;

/** One task at a time, in the order they came, bounded in number and in what they hold. */
export function createRequestQueue(maxWaitingBytes: number): RequestQueue {
  const waiting: QueuedTask[] = [];
  let waitingBytes = 0;
  let working: Promise<void> | undefined;

  async function work(first: QueuedTask): Promise<void> {
    for (let task: QueuedTask | undefined = first; task !== undefined; task = waiting.shift()) {
      if (task !== first) waitingBytes -= task.sizeBytes;
      await task.run();
    }
    working = undefined;
  }

  return {
    add(task) {
      if (working === undefined) {
        working = work(task);
        return;
      }
      if (waiting.length >= MAX_WAITING || waitingBytes + task.sizeBytes > maxWaitingBytes) {
        throw new ServingError(
          'REQUEST_LIMIT_EXCEEDED',
          `${waiting.length} requests wait for this model already; try again later`,
        );
      }
      waiting.push(task);
      waitingBytes += task.sizeBytes;
    },
    idle: async () => working,
  };
}
