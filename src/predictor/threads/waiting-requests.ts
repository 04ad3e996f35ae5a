import type { RawAnswer, RawRequest } from '../predictor.ts';

/** A request and whom its answer is for. */
export interface Task {
  readonly request: RawRequest;
  /** Of its body. */
  readonly sizeBytes: number;
  readonly resolve: (answer: RawAnswer) => void;
  readonly reject: (error: Error) => void;
}

export interface WaitingLimits {
  readonly maxWaiting: number;
  /** The sum of the bodies that wait. */
  readonly maxWaitingBytes: number;
}

/** Requests in the order they came, bounded in number and in bytes. */
export interface WaitingRequests {
  readonly size: number;
  /** False when there is no room. */
  add(task: Task): boolean;
  /** Put back what was taken; there is always room for it. */
  putBack(tasks: readonly Task[]): void;
  first(): Task | undefined;
  take(): Task | undefined;
  /** Take out those whose time is over. */
  takeOverdue(nowMs: number): readonly Task[];
  takeAll(): readonly Task[];
}

export function createWaitingRequests(limits: WaitingLimits): WaitingRequests {
  let tasks: Task[] = [];
  let bytes = 0;

  function keep(kept: Task[]): void {
    tasks = kept;
    bytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  return {
    get size() {
      return tasks.length;
    },
    add(task) {
      if (tasks.length >= limits.maxWaiting) return false;
      // One that is too large by itself may wait alone: it was let in as a body.
      if (tasks.length > 0 && bytes + task.sizeBytes > limits.maxWaitingBytes) return false;
      tasks.push(task);
      bytes += task.sizeBytes;
      return true;
    },
    putBack: (taken) => keep([...taken, ...tasks]),
    first: () => tasks[0],
    take() {
      const task = tasks.shift();
      if (task !== undefined) bytes -= task.sizeBytes;
      return task;
    },
    takeOverdue(nowMs) {
      const overdue = tasks.filter(({ request }) => isOverdue(request, nowMs));
      if (overdue.length > 0) keep(tasks.filter(({ request }) => !isOverdue(request, nowMs)));
      return overdue;
    },
    takeAll() {
      const all = tasks;
      keep([]);
      return all;
    },
  };
}

export const isOverdue = ({ deadlineAtMs }: RawRequest, nowMs: number): boolean =>
  deadlineAtMs !== undefined && deadlineAtMs <= nowMs;
