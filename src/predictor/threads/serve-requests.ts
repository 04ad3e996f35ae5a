import type { MessagePort } from 'node:worker_threads';
import { toThreadError } from '../../threads/thread-error.ts';
import type { RawAnswer, RawRequest } from '../predictor.ts';
import type { FromThread, ToThread } from './messages.ts';
import { lateWaiting } from './thread-problems.ts';

/** A model that is open in this thread. */
export interface OpenInThread {
  /** @throws {ServingError} what the client is to be told */
  score(request: RawRequest): RawAnswer | Promise<RawAnswer>;
  close(): Promise<void>;
}

/**
 * The other end of a `ModelThread`: open the model, then answer one request after the other, in order.
 *
 * One at a time even where scoring waits: the first request without an answer is the one that the thread died of.
 */
export async function serveRequests(
  port: MessagePort,
  open: () => Promise<OpenInThread>,
): Promise<void> {
  const send = (message: FromThread): void => port.postMessage(message);
  const waiting: RawRequest[] = [];
  let isBusy = false;
  let model: OpenInThread;
  try {
    model = await open();
  } catch (error) {
    send({ kind: 'unopened', error: toThreadError(error) });
    return;
  }

  /** A promise only where scoring is one. */
  function answer(request: RawRequest): undefined | Promise<void> {
    const startedAtMs = performance.now();
    const fail = (error: unknown): void =>
      send({
        kind: 'failure',
        error: toThreadError(error),
        computingMs: performance.now() - startedAtMs,
      });
    const finish = ({ text, rows }: RawAnswer): void =>
      send({ kind: 'answer', text, rows, computingMs: performance.now() - startedAtMs });
    try {
      if ((request.deadlineAtMs ?? Number.POSITIVE_INFINITY) <= Date.now()) throw lateWaiting();
      const scored = model.score(request);
      if (scored instanceof Promise) return scored.then(finish).catch(fail);
      finish(scored);
    } catch (error) {
      fail(error);
    }
    return undefined;
  }

  async function workOff(first: Promise<void>): Promise<void> {
    isBusy = true;
    await first;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await answer(next);
    isBusy = false;
  }

  port.on('message', (message: ToThread) => {
    if (message === 'close') {
      model.close().then(
        () => port.close(),
        () => port.close(),
      );
    } else if (isBusy) {
      waiting.push(message);
    } else {
      const answering = answer(message);
      if (answering !== undefined) void workOff(answering);
    }
  });
  send({ kind: 'ready' });
}
