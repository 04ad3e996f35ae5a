import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAssembler } from '../../src/batch/write/create-assembler.ts';
import { type EncodeChunkOptions, encodeChunk } from '../../src/batch/write/encode-chunk.ts';
import { NAT } from '../../src/model/datetime.ts';
import { column } from '../../src/model/frame.ts';
import { ndArray } from '../../src/model/nd-array.ts';
import { scoredChunk, textChunk } from '../helpers/text-chunk.ts';

const PYTHON = '.venv/interop/bin/python';
const directory = mkdtempSync(join(tmpdir(), 'batch-files-'));
afterAll(() => rmSync(directory, { recursive: true }));

const HEADER = 'id,text,flag\r\n';
const LINES = ['007,"a, ""b""\r\nc",True\r\n', '008,,False\r\n\r\n', '009,é,True'];
const OBJECTS = [
  '{"id":"007","text":"a, \\"b\\"\\r\\nc","flag":true}\n',
  '{"id":"008","text":null,"flag":false}\n\n',
  '{"id":"009","text":"é","flag":true}',
];

const PREDICTIONS = [
  column('f32', 'float32', Float32Array.of(0.1, Number.NaN, Infinity)),
  column('f64', 'float64', Float64Array.of(1e-5, 1e16, -Infinity)),
  column('i64', 'int64', BigInt64Array.of(2n ** 63n - 1n, 0n, -(2n ** 63n))),
  column('u8', 'uint8', Uint8Array.of(0, 1, 255)),
  column('yes', 'bool', Uint8Array.of(1, 0, 1)),
  column('when', 'datetime64[ns]', BigInt64Array.of(0n, NAT, 1_700_000_000_123_456_789n)),
  column('flag', 'object', ['ü', null, 'x,y']),
  column(
    'tensor',
    'object',
    [0, 1, 2].map((at) => ndArray('float32', [2], Float32Array.of(at, 0.5))),
  ),
  column(
    'deep',
    'object',
    [0, 1, 2].map((at) => ndArray('int64', [2, 1], BigInt64Array.of(BigInt(at), 7n))),
  ),
];

/** Three rows in two chunks, the same rows twice. */
function writeFile(name: string, from: 'csv' | 'jsonl', options: Partial<EncodeChunkOptions>) {
  const chosen: EncodeChunkOptions = {
    outputFormat: 'csv',
    isOutputGzip: false,
    keepsInputs: true,
    schema: undefined,
    ...options,
  };
  const assembler = createAssembler(chosen);
  const chunk = textChunk(from, from === 'csv' ? LINES : OBJECTS, {
    header: from === 'csv' ? HEADER : '',
  });
  const parts = [1, 2].map(() =>
    assembler.add(encodeChunk(chunk, scoredChunk(chunk, PREDICTIONS), chosen).piece),
  );
  const path = join(directory, name);
  writeFileSync(path, Buffer.concat([...(parts as Uint8Array[]), assembler.end() as Uint8Array]));
  return path;
}

const read = (path: string, format: string): unknown =>
  JSON.parse(
    execFileSync(PYTHON, ['test/python/describe_file.py', format, path], { encoding: 'utf8' }),
  );

const ROWS = [
  {
    f32: 0.10000000149011612,
    f64: 1e-5,
    i64: '9223372036854775807',
    u8: 0,
    yes: true,
    when: '1970-01-01 00:00:00',
    text: 'a, "b"\r\nc',
    tensor: [0, 0.5],
    deep: [[0], [7]],
    flag_predicted: 'ü',
  },
  {
    f32: 'nan',
    f64: 1e16,
    i64: '0',
    u8: 1,
    yes: false,
    when: null,
    text: null,
    tensor: [1, 0.5],
    deep: [[1], [7]],
    flag_predicted: null,
  },
  {
    f32: 'inf',
    f64: '-inf',
    i64: '-9223372036854775808',
    u8: 255,
    yes: true,
    when: '2023-11-14 22:13:20.123456789',
    text: 'é',
    tensor: [2, 0.5],
    deep: [[2], [7]],
    flag_predicted: 'x,y',
  },
];

describe('files of predictions, as pandas reads them', () => {
  it.each([
    { format: 'csv', from: 'csv', isOutputGzip: false },
    { format: 'csv', from: 'csv', isOutputGzip: true },
    { format: 'csv', from: 'jsonl', isOutputGzip: false },
    { format: 'jsonl', from: 'jsonl', isOutputGzip: false },
    { format: 'jsonl', from: 'jsonl', isOutputGzip: true },
    { format: 'jsonl', from: 'csv', isOutputGzip: false },
    { format: 'parquet', from: 'csv', isOutputGzip: false },
    { format: 'parquet', from: 'jsonl', isOutputGzip: false },
  ] as const)('$format from $from, gzip: $isOutputGzip', ({ format, from, isOutputGzip }) => {
    const name = `${from}.${format}${isOutputGzip ? '.gz' : ''}`;
    const path = writeFile(name, from, { outputFormat: format, isOutputGzip });

    const { rows, dtypes } = read(path, format) as { rows: unknown[]; dtypes: object };

    expect(rows).toEqual([...ROWS, ...ROWS]);
    if (format === 'parquet') {
      expect(dtypes).toMatchObject({
        f32: 'float',
        f64: 'double',
        i64: 'int64',
        u8: 'uint8',
        yes: 'bool',
        when: 'timestamp[ns]',
        flag_predicted: 'string',
        tensor: 'list<element: float>',
        deep: expect.stringMatching(/^list<element: list<element: int64> not null>$/),
      });
    }
  });
});
