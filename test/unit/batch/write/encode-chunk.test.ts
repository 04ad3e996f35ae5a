import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../../src/batch/chunk.ts';
import type { ScoredChunk } from '../../../../src/batch/scored-chunk.ts';
import { createAssembler } from '../../../../src/batch/write/create-assembler.ts';
import { type EncodeChunkOptions, encodeChunk } from '../../../../src/batch/write/encode-chunk.ts';
import { decompress } from '../../../../src/invocation/decompress.ts';
import { NAT } from '../../../../src/model/datetime.ts';
import { type Column, column, type Frame, frame } from '../../../../src/model/frame.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';
import { encodeFrame } from '../../../../src/scoring/encode/encode-frame.ts';
import { parseParquet } from '../../../../src/scoring/parquet/parse-parquet.ts';
import { scoredChunk, textChunk } from '../../../helpers/text-chunk.ts';

const PARQUET: EncodeChunkOptions = {
  outputFormat: 'parquet',
  isOutputGzip: false,
  keepsInputs: false,
  schema: undefined,
};

type Part = readonly [Chunk, ScoredChunk];

/** The file that is made of some chunks, read back. */
function readBack(parts: readonly Part[], options = PARQUET): Frame {
  const assembler = createAssembler(options);
  const bytes = parts.map(([chunk, scored]) =>
    // As if it came from another thread.
    assembler.add(structuredClone(encodeChunk(chunk, scored, options).piece)),
  );
  const file = Buffer.concat([...(bytes as Uint8Array[]), assembler.end() as Uint8Array]);
  const { rowCount, columns } = parseParquet(file, { decompress });
  return frame(rowCount, columns);
}

function partOf(columns: readonly Column[], rowCount: number): Part {
  const chunk = textChunk('csv', new Array<string>(rowCount).fill('1\n'), { header: 'a\n' });
  return [chunk, scoredChunk(chunk, columns)];
}

describe('encodeChunk, Parquet', () => {
  it.each([
    column('p', 'bool', Uint8Array.of(1, 0, 1)),
    column('p', 'int8', Int8Array.of(-128, 0, 127)),
    column('p', 'uint16', Uint16Array.of(0, 1, 65535)),
    column('p', 'int32', Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)),
    column('p', 'uint32', Uint32Array.of(0, 1, 2 ** 32 - 1)),
    column('p', 'int64', BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n)),
    column('p', 'uint64', BigUint64Array.of(0n, 1n, 2n ** 64n - 1n)),
    column('p', 'float16', Float16Array.of(0.5, -1, 65504)),
    column('p', 'float32', Float32Array.of(0.1, Number.NaN, Infinity)),
    column('p', 'float64', Float64Array.of(0.1, Number.NaN, -Infinity)),
    column('p', 'datetime64[ns]', BigInt64Array.of(0n, NAT, 1_700_000_000_000_000_001n)),
    column('p', 'datetime64[us]', BigInt64Array.of(0n, NAT, -1n)),
    column('p', 'object', ['é', null, '']),
    column('p', 'object', [Uint8Array.of(1, 2), null, new Uint8Array(0)]),
  ])('keeps $dtype', (cells) => {
    expect(readBack([partOf([cells], 3)])).toEqual(frame(3, [cells]));
  });

  it.each([
    { name: 'integers', cells: [1n, 2n], read: column('p', 'int64', BigInt64Array.of(1n, 2n)) },
    {
      name: 'mixed numbers',
      cells: [1n, 0.5],
      read: column('p', 'float64', Float64Array.of(1, 0.5)),
    },
    { name: 'anything', cells: [true, 'x'], read: column('p', 'object', ['true', 'x']) },
    {
      name: 'dicts',
      cells: [new Map([['a', 1n]]), new Map([['b', [0.5]]])],
      read: column('p', 'object', ['{"a": 1}', '{"b": [0.5]}']),
    },
    {
      name: 'lists of lists and nulls',
      cells: [[null, [0.5]], [[1]]],
      read: column('p', 'object', ['[null, [0.5]]', '[[1.0]]']),
    },
  ])('gives $name the narrowest type', ({ cells, read }) => {
    expect(readBack([partOf([column('p', 'object', cells)], 2)])).toEqual(frame(2, [read]));
  });

  it('writes tensors as lists', () => {
    const cells = [0, 2].map((at) => ndArray('float32', [2], Float32Array.of(at, at + 1)));
    const deep = [0, 2].map((at) => ndArray('int64', [1, 2], BigInt64Array.of(BigInt(at), 7n)));
    const ragged = [[1n, null], []];

    const columns = [
      column('p', 'object', cells),
      column('deep', 'object', deep),
      column('ragged', 'object', ragged),
    ];
    expect(encodeFrame(readBack([partOf(columns, 2)]))).toBe(
      '[{"p": [0.0, 1.0], "deep": [[0, 7]], "ragged": [1.0, NaN]}, {"p": [2.0, 3.0], "deep": [[2, 7]], "ragged": []}]',
    );
  });

  it('makes a row group of each chunk and keeps inputs, without refused rows', () => {
    const first = textChunk('csv', ['1,x\n', 'bad,\n', '3,z\n'], { header: 'a,b\n' });
    const second = textChunk('csv', ['4,\n'], { header: 'a,b\n', firstRow: 3 });
    const inputs = [{ name: 'a', type: 'long', required: true }] as const;
    const answers = (...cells: number[]) => column('b', 'float64', Float64Array.from(cells));
    const none = textChunk('csv', ['bad,\n'], { header: 'a,b\n', firstRow: 4 });

    const read = readBack(
      [
        [first, scoredChunk(first, [answers(0.1, 0.3)], [1])],
        [second, scoredChunk(second, [answers(0.4)])],
        [none, scoredChunk(none, [], [4])],
      ],
      { ...PARQUET, keepsInputs: true, schema: { kind: 'columns', inputs } },
    );

    expect(read).toEqual(
      frame(3, [
        column('a', 'int64', BigInt64Array.of(1n, 3n, 4n)),
        column('b', 'object', ['x', 'z', null]),
        column('b_predicted', 'float64', Float64Array.of(0.1, 0.3, 0.4)),
      ]),
    );
  });

  it('takes the type of a column from the first chunk that has a value in it', () => {
    const [unknown, known] = [[null], [2n]].map((cells) =>
      partOf([column('p', 'object', cells)], 1),
    ) as [Part, Part];

    const { columns } = readBack([unknown, known, unknown]);

    expect(columns[0]?.dtype).toBe('float64');
    expect(Array.from(columns[0]?.data as Float64Array)).toEqual([Number.NaN, 2, Number.NaN]);
  });

  it('takes the type of entries from the first list that has some', () => {
    const [empty, known] = [[[]], [[1.5]]].map((cells) =>
      partOf([column('p', 'object', cells)], 1),
    ) as [Part, Part];

    expect(encodeFrame(readBack([empty, known, empty]))).toBe(
      '[{"p": []}, {"p": [1.5]}, {"p": []}]',
    );
  });

  it.each([
    { name: 'type', other: column('p', 'int64', BigInt64Array.of(1n)) },
    { name: 'name', other: column('q', 'float64', Float64Array.of(1)) },
  ])('refuses a chunk where a column has another $name', ({ other }) => {
    const usual = partOf([column('p', 'float64', Float64Array.of(1))], 1);

    expect(() => readBack([usual, partOf([other], 1)])).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR' }),
    );
  });

  it.each([
    { name: 'no chunks', parts: [], labels: [] },
    { name: 'no rows', parts: [partOf([], 0)], labels: ['predictions'] },
  ])('is a file with $name, too', ({ parts, labels }) => {
    const read = readBack(parts);

    expect(read.rowCount).toBe(0);
    expect(read.columns.map(({ label }) => label)).toEqual(labels);
  });
});
