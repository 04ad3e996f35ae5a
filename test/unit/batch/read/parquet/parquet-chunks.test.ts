import { describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../../../src/batch/batch-input.ts';
import type { FrameChunk } from '../../../../../src/batch/chunk.ts';
import { parquetChunks } from '../../../../../src/batch/read/parquet/parquet-chunks.ts';
import { planRowGroups } from '../../../../../src/batch/read/parquet/plan-row-groups.ts';
import { createAssembler } from '../../../../../src/batch/write/create-assembler.ts';
import { encodeChunk } from '../../../../../src/batch/write/encode-chunk.ts';
import { encodeThrift } from '../../../../../src/batch/write/parquet/encode-thrift.ts';
import { type Column, column, frame } from '../../../../../src/model/frame.ts';
import { ndArray } from '../../../../../src/model/nd-array.ts';
import { scoredChunk, textChunk } from '../../../../helpers/text-chunk.ts';

const OPTIONS = {
  outputFormat: 'parquet',
  isOutputGzip: false,
  keepsInputs: false,
  schema: undefined,
} as const;

/** A file with a row group for each list of columns. */
function file(groups: readonly (readonly Column[])[], rowCount: number): Uint8Array {
  const assembler = createAssembler(OPTIONS);
  const parts = groups.map((columns) => {
    const chunk = textChunk('csv', new Array<string>(rowCount).fill('1\n'), { header: 'a\n' });
    return assembler.add(encodeChunk(chunk, scoredChunk(chunk, columns), OPTIONS).piece);
  });
  return Buffer.concat([...(parts as Uint8Array[]), assembler.end() as Uint8Array]);
}

function inputOf(bytes: Uint8Array): BatchInput & { readBytes(): number } {
  let readBytes = 0;
  return {
    ...{ uri: 'file:rows.parquet', key: 'rows.parquet', etag: '1', sizeBytes: bytes.length },
    readBytes: () => readBytes,
    async *stream() {
      yield bytes;
    },
    async read({ start, end }) {
      readBytes += end - start;
      return bytes.subarray(start, end);
    },
  };
}

async function chunksOf(bytes: Uint8Array, chunkRows = 1000): Promise<FrameChunk[]> {
  const chunks: FrameChunk[] = [];
  for await (const chunk of parquetChunks(inputOf(bytes), chunkRows)) chunks.push(chunk);
  return chunks;
}

const group = (first: number) => [
  column('n', 'float64', Float64Array.of(first, first + 1, first + 2)),
  column('t', 'object', [`a${first}`, null, 'é']),
];

describe('a Parquet file', () => {
  it('comes a row group at a time, in chunks of at most so many rows, numbered', async () => {
    const chunks = await chunksOf(file([group(0), group(10)], 3), 2);

    expect(chunks.map(({ firstRow, rowCount }) => [firstRow, rowCount])).toEqual([
      [0, 2],
      [2, 1],
      [3, 2],
      [5, 1],
    ]);
    expect(chunks[2]?.frame).toEqual(
      frame(2, [
        column('n', 'float64', Float64Array.of(10, 11)),
        column('t', 'object', ['a10', null]),
      ]),
    );
  });

  it('is cut between row groups without being read, about as large as was asked for', async () => {
    const groups = Array.from({ length: 9 }, (_, at) => group(at * 10));
    const bytes = file(groups, 3);
    const input = inputOf(bytes);
    const whole = await chunksOf(bytes, 3);

    const { ranges, rowCount } = await planRowGroups(input, bytes.length / 4);
    const tiny = await planRowGroups(input, 1);

    expect(input.readBytes()).toBe(2 * bytes.length); // it is shorter than what is read of its end
    expect(rowCount).toBe(27);
    expect(tiny.ranges.map(({ firstRow }) => firstRow)).toEqual(
      whole.map(({ firstRow }) => firstRow),
    );
    expect(ranges.length).toBeGreaterThan(2);
    expect(ranges.length).toBeLessThan(9);
    const chunks: FrameChunk[] = [];
    for (const { rowGroups } of ranges) {
      for await (const chunk of parquetChunks(input, 3, rowGroups)) chunks.push(chunk);
    }
    expect(chunks).toEqual(whole);
  });

  it('keeps integers beside nulls as integers, in every row group, where the model gets what pandas reads', async () => {
    const whole = [column('i', 'object', [1n, 2n])];
    const [first, second] = await chunksOf(
      file([whole, [column('i', 'object', [2n ** 53n + 1n, null])]], 2),
    );

    expect(first?.frame.columns).toEqual([column('i', 'int64', BigInt64Array.of(1n, 2n))]);
    expect(second?.frame.columns).toEqual([
      column('i', 'float64', Float64Array.of(2 ** 53, Number.NaN)),
    ]);
    expect(first?.kept?.columns).toEqual([column('i', 'object', [1n, 2n])]);
    expect(second?.kept?.columns).toEqual([column('i', 'object', [2n ** 53n + 1n, null])]);
  });

  it('is one chunk of none when it has no rows', async () => {
    const [chunk, ...more] = await chunksOf(
      file([[column('n', 'float64', new Float64Array(0))]], 0),
    );

    expect(more).toEqual([]);
    expect(chunk?.rowCount).toBe(0);
  });

  it('is refused by the name of a nested column', async () => {
    const cells = [
      ndArray('float64', [2], Float64Array.of(1, 2)),
      ndArray('float64', [1], Float64Array.of(3)),
    ];

    await expect(chunksOf(file([[column('scores', 'object', cells)]], 2))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('"scores" is nested'),
    });
  });

  it('is refused when it is cut off or is something else', async () => {
    const whole = file([group(0)], 3);
    for (const bytes of [whole.subarray(0, -5), Buffer.from('a,b\n1,2\n'), new Uint8Array(0)]) {
      await expect(chunksOf(bytes)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });

  it('is not read far for a footer that cannot be', async () => {
    const text = Buffer.alloc(300_000, '1234,5678\n');
    const forged = Buffer.concat([
      text,
      Buffer.from([0xff, 0xff, 0xff, 0x7f]),
      Buffer.from('PAR1'),
    ]);
    for (const bytes of [text, forged]) {
      const input = inputOf(bytes);

      await expect(parquetChunks(input, 10).next()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
      expect(input.readBytes()).toBeLessThan(70_000);
    }
  });

  it('is refused for a page that is too large before it is read', async () => {
    const whole = file([group(0)], 3);
    const header = encodeThrift({
      struct: [
        [1, { i32: 0 }],
        [2, { i32: 2 ** 31 - 1 }],
        [3, { i32: 2 ** 31 - 1 }],
        [5, { struct: [[1, { i32: 3 }]] }],
      ],
    });
    const sizeBytes = 2 ** 32;
    let readBytes = 0;
    const padded: BatchInput = {
      ...inputOf(whole),
      sizeBytes,
      async read({ start, end }) {
        readBytes += end - start;
        const bytes = new Uint8Array(end - start);
        if (end < sizeBytes) bytes.set(header);
        else bytes.set(whole.subarray(-bytes.length), Math.max(0, bytes.length - whole.length));
        return bytes;
      },
    };

    await expect(parquetChunks(padded, 10).next()).rejects.toMatchObject({
      code: 'REQUEST_TOO_LARGE',
      message: expect.stringContaining('smaller pages'),
    });
    expect(readBytes).toBeLessThan(64 * 2 ** 20);
  });

  it('throws nothing but what says so when any byte of it is another', async () => {
    const whole = file([group(0)], 3);
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] as number) ^ 0xff;
      await chunksOf(bytes).catch((error) => {
        expect(['BAD_REQUEST', 'REQUEST_TOO_LARGE']).toContain(error.code);
      });
    }
  });
});
