import { ServingError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { LambdaContext } from './lambda-handler.ts';
import { timeLeft } from './time-left.ts';

/** What a state machine asks a function for; the rest of it is the task's own. Plain JSON. */
export interface BatchTaskEvent {
  readonly task: 'plan' | 'item' | 'finish';
  readonly [name: string]: unknown;
}

export interface TaskOptions {
  readonly signal: AbortSignal;
  /** Whether little time is left: what can go on in another call had better stop. */
  isLate(): boolean;
}

export type BatchTasks = Readonly<
  Record<BatchTaskEvent['task'], (event: BatchTaskEvent, options: TaskOptions) => Promise<unknown>>
>;

export type BatchTaskHandler = (event: BatchTaskEvent, context: LambdaContext) => Promise<unknown>;

/** Of its time, what a call keeps for ending. */
const LATE_SHARE = 4;

export const isBatchTask = (event: unknown): event is BatchTaskEvent =>
  typeof event === 'object' && event !== null && 'task' in event;

/**
 * Open a run's steps to a state machine.
 *
 * What they throw has MLflow's code for its name, so that the machine's `ErrorEquals` can tell what will pass from what will not.
 */
export function createBatchTaskHandler(tasks: BatchTasks, log: Log): BatchTaskHandler {
  return async (event, context) => {
    const { signal, totalMs, remainingMs } = timeLeft(context);
    try {
      const work = Object.hasOwn(tasks, event.task) ? tasks[event.task] : undefined;
      if (work === undefined) throw unknownTask(event.task);
      return await work(event, { signal, isLate: () => remainingMs() < totalMs / LATE_SHARE });
    } catch (error) {
      log.error('a task of a batch run failed', { task: event.task, error });
      throw signal.aborted && error === signal.reason ? namedError(timedOut()) : namedError(error);
    }
  };
}

/** Lambda reports a name and a message. */
function namedError(error: unknown): Error {
  if (error instanceof ServingError) {
    const named = new Error(error.message);
    named.name = error.code;
    return named;
  }
  return error instanceof Error ? error : new Error(String(error));
}

const timedOut = (): ServingError =>
  new ServingError(
    'DEADLINE_EXCEEDED',
    'the function had no time left; give it more, or make batch.rangeBytes smaller',
  );

const unknownTask = (task: unknown): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `task ${JSON.stringify(task)} is not known; expected plan, item or finish`,
  );
