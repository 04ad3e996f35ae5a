import { ServingError } from '../../errors.ts';

/** What clients are told when the threads of a model have no answer. */

export const lateWaiting = (): ServingError =>
  new ServingError(
    'DEADLINE_EXCEEDED',
    'request processing time exceeded its limit; the request was still waiting for the model',
  );

export const lateComputing = (): ServingError =>
  new ServingError(
    'DEADLINE_EXCEEDED',
    'request processing time exceeded its limit; the model was still computing and was stopped',
  );

export const queueIsFull = (waiting: number, retryAfterSeconds: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `${waiting} requests wait for this model already; try again in ${retryAfterSeconds} s`,
    { retryAfterSeconds },
  );

/** @param reason of the thread's end */
export const threadEnded = (reason: string): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `the thread that computed this request ended: ${reason}; another one takes its place`,
    { retryAfterSeconds: 1 },
  );

export const noThread = (cause: unknown, retryAfterSeconds: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `no thread has the model open; the next one is started in ${retryAfterSeconds} s`,
    { cause, retryAfterSeconds },
  );

export const modelClosed = (): ServingError =>
  new ServingError('TEMPORARILY_UNAVAILABLE', 'the model was closed; ask again', {
    retryAfterSeconds: 1,
  });
