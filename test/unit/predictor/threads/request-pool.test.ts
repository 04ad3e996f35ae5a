import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawRequest } from '../../../../src/predictor/predictor.ts';
import type { ModelThread } from '../../../../src/predictor/threads/model-thread.ts';
import {
  type RequestPool,
  startRequestPool,
} from '../../../../src/predictor/threads/request-pool.ts';
import type { Task } from '../../../../src/predictor/threads/waiting-requests.ts';

/** A thread that answers when it is told to. */
interface HandThread extends ModelThread {
  answer(): void;
  die(reason: string): void;
  wasStopped: boolean;
}

let threads: HandThread[];
let canOpen: boolean;
let pool: RequestPool;

function startThread(onAnswer: () => void): HandThread {
  let tasks: Task[] = [];
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  if (canOpen && threads.length > 0) setTimeout(ready.resolve, 2);
  else if (canOpen) ready.resolve();
  else ready.reject(new Error('the file is gone'));
  ready.promise.catch(() => {});
  const thread: HandThread = {
    ready: ready.promise,
    ended: ended.promise,
    get tasks() {
      return tasks;
    },
    meanMs: 500,
    hasRoomFor: () => tasks.length === 0,
    give: (task) => void tasks.push(task),
    takeBack() {
      const taken = tasks;
      tasks = [];
      return taken;
    },
    stop() {
      thread.wasStopped = true;
    },
    close: async () => ended.resolve('closed'),
    answer() {
      const task = tasks.shift();
      task?.resolve({ text: `of ${String(task.request.body)}`, rows: 1 });
      onAnswer();
    },
    die: (reason) => ended.resolve(reason),
    wasStopped: false,
  };
  threads.push(thread);
  return thread;
}

async function start(size: number, maxWaiting = 2, maxWaitingBytes = 100): Promise<RequestPool> {
  const limits = { maxWaiting, maxWaitingBytes, graceMs: 50 };
  const started = await startRequestPool({ size, ...limits, startThread });
  await turns(); // for the threads after the first
  return started;
}
const ask = (body: string, more: Partial<RawRequest> = {}) =>
  pool.score({ contentType: 'application/json', body, maxRows: 1, ...more });
const turns = () => new Promise((done) => setTimeout(done, 5));

beforeEach(() => {
  threads = [];
  canOpen = true;
});
afterEach(() => pool?.close());

describe('startRequestPool', () => {
  it('spreads requests over its threads, and the rest waits in order', async () => {
    pool = await start(2);
    const answers = ['a', 'b', 'c', 'd'].map((body) => ask(body));

    threads[0]?.answer();
    threads[1]?.answer();
    threads[0]?.answer();
    threads[1]?.answer();

    expect(await Promise.all(answers)).toEqual(
      ['a', 'b', 'c', 'd'].map((body) => ({ text: `of ${body}`, rows: 1 })),
    );
  });

  it('refuses what does not fit, and says when to come again', async () => {
    pool = await start(1);
    const taken = ['a', 'b', 'c'].map((body) => ask(body));

    await expect(ask('d')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      retryAfterSeconds: 1, // two of half a second
      message: expect.stringContaining('2 requests wait'),
    });
    for (let each = 0; each < 3; each += 1) threads[0]?.answer();
    await Promise.all(taken);
  });

  it('refuses more bytes than may wait, but lets one large body wait alone', async () => {
    pool = await start(1, 10, 100);
    const taken = [ask('a'), ask('x'.repeat(200))];

    await expect(ask('y')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    threads[0]?.answer();
    threads[0]?.answer();
    await Promise.all(taken);
  });

  it('drops a request whose time is over while it waits, and never computes it', async () => {
    pool = await start(1);
    const first = ask('a');
    const late = ask('b', { deadlineAtMs: Date.now() + 20 });

    await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    threads[0]?.answer();
    await first;
    expect(threads[0]?.tasks).toHaveLength(0);
  });

  it('fails only the request that a thread died of, and starts another thread', async () => {
    pool = await start(1);
    const fatal = ask('a');
    const waiting = ask('b');

    threads[0]?.die('it ran out of memory');

    await expect(fatal).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('ran out of memory'),
    });
    await turns();
    threads[1]?.answer();
    expect(await waiting).toEqual({ text: 'of b', rows: 1 });
  });

  it('ends a thread that computes long past the deadline', async () => {
    pool = await start(1);
    const hung = ask('a', { deadlineAtMs: Date.now() + 10 });

    await expect(hung).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await turns();

    expect(threads[0]?.wasStopped).toBe(true);
    // A library cannot be stopped: until it returns, its thread's place is taken.
    await expect(ask('b')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    threads[0]?.die('it was stopped');
    await turns();
    const next = ask('b');
    threads[1]?.answer();
    expect(await next).toEqual({ text: 'of b', rows: 1 });
  });

  it('answers 503 while no thread can be started', async () => {
    pool = await start(1);
    canOpen = false;
    threads[0]?.die('it crashed');
    await turns();

    await expect(ask('a')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('no thread has the model open'),
    });
  });

  it('answers as soon as the first thread has the model open', async () => {
    pool = await startRequestPool({ size: 2, maxWaiting: 2, maxWaitingBytes: 100, startThread });

    expect(pool.threads).toHaveLength(1);
    await turns();
    expect(pool.threads).toHaveLength(2);
  });

  it('throws what opening threw, when the first thread cannot', async () => {
    canOpen = false;

    await expect(start(2)).rejects.toThrow('the file is gone');
  });

  it('refuses what waits when it is closed', async () => {
    pool = await start(1);
    const taken = [ask('a'), ask('b')];
    taken[0]?.catch(() => {});

    await pool.close();

    await expect(taken[1]).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    await expect(ask('c')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });
});
