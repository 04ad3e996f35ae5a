import { describe, expect, it } from 'vitest';
import type { TextChunk } from '../../../../src/batch/chunk.ts';
import { createCsvCutter } from '../../../../src/batch/read/csv-cutter.ts';
import { cutChunks } from '../../../../src/batch/read/cut-chunks.ts';
import { lineCutter } from '../../../../src/batch/read/line-cutter.ts';
import { parseCsv } from '../../../../src/scoring/csv/parse-csv.ts';
import { createRandom } from '../../../interop/random.ts';

interface Cut {
  readonly kind?: TextChunk['kind'];
  readonly chunkRows?: number;
  readonly chunkBytes?: number;
  readonly maxRowBytes?: number;
  /** Bytes of each piece. */
  readonly piece?: number;
}

async function cut(text: string | Uint8Array, options: Cut = {}): Promise<TextChunk[]> {
  const { kind = 'csv', chunkRows = 1000, piece = 7, ...more } = options;
  const bytes = Buffer.from(text as string);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  const cutter = kind === 'csv' ? createCsvCutter() : lineCutter;
  const chunks: TextChunk[] = [];
  for await (const chunk of cutChunks(pieces(), {
    kind,
    cutter,
    chunkRows,
    lookBytes: 10,
    ...more,
  })) {
    chunks.push(chunk);
  }
  return chunks;
}

const rowsOf = ({ bytes, starts, rowCount }: TextChunk): string[] =>
  Array.from({ length: rowCount }, (_, row) =>
    Buffer.from(bytes.subarray(starts[row], starts[row + 1])).toString(),
  );

describe('CSV', () => {
  it.each([
    { name: 'LF', text: 'a,b\n1,2\n3,4\n', rows: ['1,2\n', '3,4\n'] },
    { name: 'CRLF', text: 'a,b\r\n1,2\r\n3,4\r\n', rows: ['1,2\r\n', '3,4\r\n'] },
    { name: 'CR', text: 'a,b\r1,2\r3,4\r', rows: ['1,2\r', '3,4\r'] },
    { name: 'no last line end', text: 'a\n1\n2', rows: ['1\n', '2'] },
    { name: 'blank lines', text: '\n\na\n\n1\n\n \n2\n\n', rows: ['1\n\n \n', '2\n'] },
    {
      name: 'quotes around line ends',
      text: 'a,b\n"x\ny","p""q"\n1,2\n',
      rows: ['"x\ny","p""q"\n', '1,2\n'],
    },
    { name: 'a byte order mark', text: '\ufeffa\n1\n', rows: ['1\n'] },
    { name: 'a quote that is never closed', text: 'a\n1\n"2\n3\n', rows: ['1\n', '"2\n3\n'] },
    { name: 'a header only', text: 'a,b\n', rows: [] },
    { name: 'a header without line end', text: 'a,b', rows: [] },
  ])('is cut into its records: $name', async ({ text, rows }) => {
    for (const piece of [1, 2, 3, 5, 1000]) {
      const chunks = await cut(text, { piece });

      expect(chunks.flatMap(rowsOf)).toEqual(rows);
    }
  });

  it('is refused when there is not even a header, or a row does not end', async () => {
    await expect(cut('\n\n')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await expect(cut(`a\n"${'x'.repeat(5000)}`, { maxRowBytes: 1000 })).rejects.toMatchObject({
      code: 'REQUEST_TOO_LARGE',
    });
  });

  it('is cut at the same places however it comes, numbers its rows, and loses none', async () => {
    const random = createRandom(3);
    const field = (): string =>
      random.pick(['1', '2.5', '', 'abc', '"q,""x"""', '"two\nlines"', ' 7', 'é']);
    for (let round = 0; round < 60; round++) {
      const end = random.pick(['\n', '\r\n']);
      const lines = Array.from({ length: random.below(40) }, () =>
        random.next() < 0.1 ? '' : `k,${field()},${field()}`,
      );
      const text = ['a,b,c', ...lines].join(end) + (random.next() < 0.5 ? end : '');
      const options = { chunkRows: 1 + random.below(9), chunkBytes: 20 + random.below(180) };

      const whole = await cut(text, { ...options, piece: 10_000 });
      const chunks = await cut(text, { ...options, piece: 1 + random.below(30) });

      expect(chunks).toEqual(whole);
      const rowCount = parseCsv(Buffer.from(text), undefined).rowCount;
      expect(chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)).toBe(rowCount);
      let next = 0;
      for (const chunk of chunks) {
        expect(chunk.firstRow).toBe(next);
        next += chunk.rowCount;
        const body = Buffer.concat([chunk.header, chunk.bytes]);
        expect(parseCsv(body, undefined).rowCount).toBe(chunk.rowCount);
      }
    }
  });
});

describe('JSON Lines', () => {
  it.each([
    { name: 'LF', text: '{"a":1}\n{"a":2}\n', rows: ['{"a":1}\n', '{"a":2}\n'] },
    { name: 'CRLF', text: '{"a":1}\r\n{"a":2}', rows: ['{"a":1}\r\n', '{"a":2}'] },
    {
      name: 'blank lines',
      text: '\n\n{"a":1}\n \n{"a":2}\n\n',
      rows: ['{"a":1}\n \n', '{"a":2}\n'],
    },
    { name: 'a byte order mark', text: '\ufeff{"a":1}\n{"a":2}', rows: ['{"a":1}\n', '{"a":2}'] },
    { name: 'nothing', text: '', rows: [] },
  ])('are cut into lines: $name', async ({ text, rows }) => {
    for (const piece of [1, 4, 1000]) {
      expect((await cut(text, { kind: 'jsonl', piece })).flatMap(rowsOf)).toEqual(rows);
    }
  });
});
