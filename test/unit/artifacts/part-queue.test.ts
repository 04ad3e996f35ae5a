import { describe, expect, it } from 'vitest';
import { createPartQueue } from '../../../src/artifacts/part-queue.ts';

const MIB = 2 ** 20;

describe('createPartQueue', () => {
  it('sends parts in order of their numbers, and the rest last', async () => {
    const sent = new Map<number, number>();
    const queue = createPartQueue(async (number, bytes) => void sent.set(number, bytes.length));
    for (let i = 0; i < 21; i += 1) await queue.add(Buffer.alloc(MIB));

    expect(await queue.end()).toBeUndefined();

    expect([...sent]).toEqual([
      [1, 8 * MIB],
      [2, 8 * MIB],
      [3, 5 * MIB],
    ]);
  });

  it('sends nothing of one part, and gives it back', async () => {
    const queue = createPartQueue(() => Promise.reject(new Error('sent')));
    await queue.add(Buffer.alloc(5));
    await queue.add(Buffer.alloc(3));

    expect(await queue.end()).toHaveLength(8);
  });

  it('takes no more while parts are under way', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let begun = 0;
    const queue = createPartQueue(() => {
      begun += 1;
      return released;
    });

    const adding = queue.add(Buffer.alloc(100 * MIB));
    const first = await Promise.race([
      adding,
      new Promise((resolve) => setTimeout(resolve, 20, 'waits')),
    ]);

    expect(first).toBe('waits');
    expect(begun).toBe(3);
    release();
    await adding;
    await queue.end();
    expect(begun).toBe(13);
  });

  it('says what went wrong with a part, and sends no more', async () => {
    let begun = 0;
    const queue = createPartQueue(async () => {
      begun += 1;
      throw new Error('broke');
    });

    await expect(
      (async () => {
        for (let i = 0; i < 50; i += 1) await queue.add(Buffer.alloc(4 * MIB));
        await queue.end();
      })(),
    ).rejects.toThrow('broke');

    expect(begun).toBeLessThan(4);
    await queue.stop();
  });
});
