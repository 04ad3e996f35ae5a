import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../../src/batch/batch-input.ts';
import type { TextChunk } from '../../../../src/batch/chunk.ts';
import { openRows } from '../../../../src/batch/read/open-rows.ts';
import { placeOf, planRanges } from '../../../../src/batch/read/plan-ranges.ts';
import type { RowRange } from '../../../../src/batch/read/range-plan.ts';

const MEBIBYTE = 2 ** 20;

function inputOf(text: string | Uint8Array): BatchInput {
  const bytes = Buffer.from(text as string);
  return {
    ...{ uri: 'file:rows', key: 'rows', etag: '1', sizeBytes: bytes.length },
    async *stream({ start, end } = { start: 0, end: bytes.length }) {
      for (let at = start; at < end; at += 100_000) {
        yield bytes.subarray(at, Math.min(end, at + 100_000));
      }
    },
    read: async ({ start, end }) => bytes.subarray(start, end),
  };
}

/** Row number and text of every row. */
async function rowsOf(chunks: AsyncIterable<unknown>): Promise<[number, string][]> {
  const rows: [number, string][] = [];
  for await (const chunk of chunks as AsyncIterable<TextChunk>) {
    const { bytes, starts, rowCount, firstRow } = chunk;
    for (let row = 0; row < rowCount; row++) {
      const text = Buffer.from(bytes.subarray(starts[row], starts[row + 1])).toString();
      rows.push([firstRow + row, text.trimEnd()]);
    }
  }
  return rows;
}

const line = (at: number): string => `${at},"${'x'.repeat(at % 90)}\nsecond ""line""",é`;
const csv = (count: number): string =>
  `a,b,c\r\n${Array.from({ length: count }, (_, at) => `${line(at)}\r\n${at % 7 === 0 ? '\r\n' : ''}`).join('')}`;
const jsonl = (count: number): string =>
  Array.from({ length: count }, (_, at) => `{"a": ${at}, "b": "${'y'.repeat(at % 300)}"}\n`).join(
    '',
  );

describe('planRanges', () => {
  it.each([
    { name: 'CSV', inputFormat: 'csv', text: csv(150_000) },
    { name: 'JSON Lines', inputFormat: 'jsonl', text: jsonl(60_000) },
  ] as const)('cuts $name into ranges that hold every row once, by its number', async (file) => {
    const { inputFormat, text } = file;
    const input = inputOf(text);
    const format = { inputFormat, isInputGzip: false };
    const whole = await rowsOf(openRows(input, { ...format, chunkRows: 10_000 }));

    const plan = await planRanges(input, format, 4 * MEBIBYTE);

    const parts: [number, string][] = [];
    for (const range of plan.ranges) {
      const options = { chunkRows: 10_000, range: { from: placeOf(plan, range), end: range.end } };
      const rows = await rowsOf(openRows(input, { ...format, ...options }));
      expect(rows.length).toBe(range.rowCount);
      parts.push(...rows);
    }
    expect(plan.ranges.length).toBeGreaterThan(1);
    expect(plan.rowCount).toBe(whole.length);
    expect(parts).toEqual(whole);
  });

  it('makes one range of what is gzip, which is read from its start', async () => {
    const input = inputOf(gzipSync(csv(2_000)));
    const format = { inputFormat: 'csv', isInputGzip: true } as const;

    const plan = await planRanges(input, format, 1);

    const [range] = plan.ranges as [RowRange];
    const options = { chunkRows: 100, range: { from: placeOf(plan, range), end: range.end } };
    expect(plan.ranges.length).toBe(1);
    expect((await rowsOf(openRows(input, { ...format, ...options }))).length).toBe(2_000);
  });

  it('makes one range of a file without rows', async () => {
    const plan = await planRanges(inputOf('a,b\n'), { inputFormat: 'csv', isInputGzip: false }, 1);

    expect(plan.ranges).toMatchObject([{ firstRow: 0, rowCount: 0 }]);
    expect(Buffer.from(plan.header).toString()).toBe('a,b\n');
  });
});
