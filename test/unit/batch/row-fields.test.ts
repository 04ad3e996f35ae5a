import { describe, expect, it } from 'vitest';
import type { TextChunk } from '../../../src/batch/chunk.ts';
import { createCsvCutter } from '../../../src/batch/read/csv-cutter.ts';
import { cutChunks } from '../../../src/batch/read/cut-chunks.ts';
import { rowFields } from '../../../src/batch/row-fields.ts';

async function chunkOf(text: string): Promise<TextChunk> {
  async function* pieces() {
    yield Buffer.from(text);
  }
  const cutter = createCsvCutter();
  for await (const chunk of cutChunks(pieces(), { kind: 'csv', cutter, chunkRows: 100 })) {
    return chunk;
  }
  throw new Error('no chunk');
}

describe('rowFields', () => {
  it.each([
    { name: 'none', text: 'a,b\n1,2\r\n"x",3\n,\n', wideRows: [] },
    { name: 'some', text: 'a,b\n1,2\n1,2,3\n1\n"1,2","3",4\n', wideRows: [1, 3] },
    { name: 'one whose quote is never closed', text: 'a,b\n1,2\n1,2,3,"x\n', wideRows: [] },
    { name: 'one in front of blank lines', text: 'a,b\n1,2,3\n\n  \n1,2\n', wideRows: [0] },
  ])('tells which rows have more fields than the header: $name', async ({ text, wideRows }) => {
    const chunk = await chunkOf(text);

    expect(chunk.headerFields).toBe(2);
    expect(rowFields(chunk).wideRows).toEqual(wideRows);
  });

  it.each([
    { name: 'none', text: 'a,b\n1,2\r\n"x",3\n1,2,3\n,\n', hasShortRows: false },
    { name: 'a line ends too soon', text: 'a,b\n1,2\n3\n', hasShortRows: true },
    { name: 'a line ends too soon with a bare CR', text: 'a,b\r1,2\r3\r', hasShortRows: true },
    { name: 'commas are text', text: 'a,b\n1,2\n"3,4"\n', hasShortRows: true },
  ])('tells whether a row has fewer: $name', async ({ text, hasShortRows }) => {
    expect(rowFields(await chunkOf(text)).hasShortRows).toBe(hasShortRows);
  });
});
