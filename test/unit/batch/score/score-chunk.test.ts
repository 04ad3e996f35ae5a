import { expect, it } from 'vitest';
import type { Chunk } from '../../../../src/batch/chunk.ts';
import { scoreChunk } from '../../../../src/batch/score/score-chunk.ts';
import { badRequest, ServingError } from '../../../../src/errors.ts';
import { column, type Frame, frame } from '../../../../src/model/frame.ts';

/** Rows 100, 101, …; those in `bad` are refused, alone or in company. */
function setUp(rowCount: number, bad: readonly number[]) {
  const calls: [number, number][] = [];
  const chunk: Chunk = { kind: 'frame', firstRow: 100, rowCount, frame: frame(rowCount, []) };
  const scoreRows = async (_: Chunk, from: number, to: number): Promise<Frame> => {
    calls.push([from, to]);
    const at = bad.find((row) => row >= from && row < to);
    if (at !== undefined) throw badRequest(`column "age", row ${at - from}: expected a number`);
    const cells = Float64Array.from({ length: to - from }, (_, row) => 100 + from + row);
    return frame(to - from, [column('predictions', 'float64', cells)]);
  };
  return { calls, chunk, options: { scoreRows, recordOf: (_: Chunk, row: number) => ({ row }) } };
}

const cellsOf = ({ columns }: Frame): number[] => Array.from((columns[0]?.data ?? []) as number[]);

it('asks once for rows that are all good', async () => {
  const { calls, chunk, options } = setUp(1000, []);

  const scored = await scoreChunk(chunk, options);

  expect(calls).toEqual([[0, 1000]]);
  expect(scored.predictions.rowCount).toBe(1000);
  expect(scored.refused).toEqual([]);
});

it.each([
  { name: 'the first and the last', bad: [0, 99] },
  { name: 'neighbours', bad: [49, 50, 51] },
  { name: 'all', bad: Array.from({ length: 100 }, (_, at) => at) },
])('accounts for every row when some are refused: $name', async ({ bad }) => {
  const { chunk, options } = setUp(100, bad);

  const scored = await scoreChunk(chunk, options);

  const good = Array.from({ length: 100 }, (_, at) => at).filter((at) => !bad.includes(at));
  expect(cellsOf(scored.predictions)).toEqual(good.map((at) => 100 + at));
  expect(scored.refused.map(({ row }) => row)).toEqual(bad.map((at) => 100 + at));
});

it('tells of a refused row what its caller would be told, and keeps the row', async () => {
  const { chunk, options } = setUp(8, [5]);

  const { refused } = await scoreChunk(chunk, options);

  expect(refused).toEqual([
    {
      row: 105,
      column: 'age',
      rule: 'BAD_REQUEST',
      message: 'column "age", row 0: expected a number',
      record: { row: 5 },
    },
  ]);
});

it('finds one bad row of 10,000 with few calls', async () => {
  const { calls, chunk, options } = setUp(10_000, [7777]);

  await scoreChunk(chunk, options);

  expect(calls.length).toBeLessThan(32);
});

it('throws what is not the rows’ fault', async () => {
  const { chunk, options } = setUp(10, []);
  const scoreRows = async (): Promise<Frame> => {
    throw new ServingError('TEMPORARILY_UNAVAILABLE', 'the process ended');
  };

  await expect(scoreChunk(chunk, { ...options, scoreRows })).rejects.toThrow('the process ended');
});
