import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapInOrder } from '../../../src/batch/map-in-order.ts';

describe('mapInOrder', () => {
  it('keeps the order, and never works on more than the limit', async () => {
    let working = 0;
    let most = 0;
    const work = async (item: number) => {
      working += 1;
      most = Math.max(most, working);
      await sleep((item * 7) % 5);
      working -= 1;
      return item * 2;
    };

    const items = Array.from({ length: 40 }, (_, i) => i);
    const results = await collect(mapInOrder(items, 3, work));

    expect(results).toEqual(items.map((item) => item * 2));
    expect(most).toBe(3);
  });

  it('reads no more than the limit ahead of a caller that waits', async () => {
    let read = 0;
    async function* source() {
      for (;;) {
        read += 1;
        yield read;
      }
    }
    const results = mapInOrder(source(), 4, async (item) => item);

    await results.next();
    await sleep(5);

    expect(read).toBe(4);
    await results.return(undefined);
  });

  it('waits for what is under way when something fails', async () => {
    const ended: number[] = [];
    const work = async (item: number) => {
      await sleep(item === 0 ? 1 : 10);
      ended.push(item);
      if (item === 0) throw new Error('first');
      return item;
    };

    await expect(collect(mapInOrder([0, 1, 2], 3, work))).rejects.toThrow('first');

    expect(ended).toEqual([0, 1, 2]);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
