import { describe, expect, it } from 'vitest';
import { openColumnBytes } from '../../../../../src/batch/read/parquet/column-bytes.ts';

const FILE = Uint8Array.from({ length: 100 }, (_, at) => at);

function reading() {
  const asked: [number, number][] = [];
  const read = async ({ start, end }: { start: number; end: number }) => {
    asked.push([start, end]);
    return FILE.subarray(start, end);
  };
  return { asked, read };
}

describe('the bytes of a column', () => {
  it('come in windows, one ahead of the one that is used', async () => {
    const { asked, read } = reading();
    const bytes = openColumnBytes(read, { start: 10, end: 50 }, 16);

    expect([...(await bytes.peek(4))]).toEqual([...FILE.subarray(10, 26)]);
    expect(asked).toEqual([
      [10, 26],
      [26, 42],
    ]);
  });

  it('are joined where windows meet, and end with the range', async () => {
    const { asked, read } = reading();
    const bytes = openColumnBytes(read, { start: 10, end: 50 }, 16);
    const seen: number[] = [];
    for (let taken = 0; taken < 40; taken += 5) {
      seen.push(...(await bytes.peek(5)).subarray(0, 5));
      bytes.skip(5);
    }

    expect(seen).toEqual([...FILE.subarray(10, 50)]);
    expect(await bytes.peek(1)).toHaveLength(0);
    expect(asked.at(-1)).toEqual([42, 50]);
  });

  it('are asked for at once when more than a window is needed', async () => {
    const { asked, read } = reading();
    const bytes = openColumnBytes(read, { start: 0, end: 100 }, 8);

    expect((await bytes.peek(60)).subarray(0, 60)).toHaveLength(60);
    expect(asked).toEqual([
      [0, 60],
      [60, 68],
    ]);
  });

  it('throw what reading ahead threw when its turn comes, and not before', async () => {
    const read = async ({ start, end }: { start: number; end: number }) => {
      if (start > 0) throw new Error('broken');
      return FILE.subarray(start, end);
    };
    const bytes = openColumnBytes(read, { start: 0, end: 100 }, 8);

    expect(await bytes.peek(8)).toHaveLength(8);
    await expect(bytes.peek(9)).rejects.toThrow('broken');
  });
});
