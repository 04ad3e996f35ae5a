import { describe, expect, it } from 'vitest';
import { createRequestQueue } from '../../../../src/predictor/python/request-queue.ts';

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { promise, open: resolve };
}

describe('createRequestQueue', () => {
  it('runs one after the other, in order', async () => {
    const queue = createRequestQueue(100);
    const first = gate();
    const log: string[] = [];
    const task = (name: string, until = Promise.resolve()) => ({
      sizeBytes: 1,
      run: async () => {
        log.push(`${name} starts`);
        await until;
        log.push(`${name} ends`);
      },
    });

    queue.add(task('a', first.promise));
    queue.add(task('b'));
    queue.add(task('c'));
    first.open();
    await queue.idle();

    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('refuses what would hold too much memory while it waits, and takes it later', async () => {
    const queue = createRequestQueue(100);
    const first = gate();
    const add = (sizeBytes: number, until = Promise.resolve()): void =>
      queue.add({ sizeBytes, run: () => until });

    add(1000, first.promise);
    add(90);
    expect(() => add(20)).toThrow('1 requests wait for this model already');

    first.open();
    await queue.idle();
    expect(() => add(20)).not.toThrow();
  });
});
