import { afterEach, expect, it } from 'vitest';
import { startThreadPool, type ThreadPool } from '../../../src/batch/threads/thread-pool.ts';
import { ServingError } from '../../../src/errors.ts';

const ENTRY = new URL('../../helpers/thread-child.ts', import.meta.url).pathname;

let pool: ThreadPool<string, string> | undefined;
afterEach(async () => {
  await pool?.close();
  pool = undefined;
});

async function start(size: number): Promise<ThreadPool<string, string>> {
  pool = await startThreadPool<string, string>({ entry: ENTRY, size, workerData: 'fine' });
  return pool;
}

it('does many items, more than there are threads', async () => {
  const threads = await start(2);
  const items = Array.from({ length: 20 }, (_, at) => `item ${at}`);

  const done = await Promise.all(items.map((item) => threads.run(item, [])));

  expect(done).toEqual(items.map((item) => item.toUpperCase()));
});

it('throws what the thread threw, as what it was, and goes on', async () => {
  const threads = await start(1);

  const refused = await threads.run('refuse', []).catch((error) => error);

  expect(refused).toBeInstanceOf(ServingError);
  expect(refused).toMatchObject({ code: 'BAD_REQUEST', message: 'is bad' });
  await expect(threads.run('raise', [])).rejects.toThrow('a fault');
  expect(await threads.run('good', [])).toBe('GOOD');
});

it('says when a thread has ended, to whoever waits and to whoever asks later', async () => {
  const threads = await start(1);

  await expect(threads.run('exit', [])).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  await expect(threads.run('good', [])).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
});

it('says why a thread cannot be opened, and leaves none', async () => {
  const starting = startThreadPool({ entry: ENTRY, size: 2, workerData: 'broken' });

  await expect(starting).rejects.toMatchObject({
    code: 'BAD_REQUEST',
    message: 'it cannot be opened',
  });
});
