import { describe, expect, it } from 'vitest';
import type { ServingError } from '../../../../src/errors.ts';
import { decompress } from '../../../../src/invocation/decompress.ts';
import { NAT } from '../../../../src/model/datetime.ts';
import type { Frame } from '../../../../src/model/frame.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';
import { parseParquet } from '../../../../src/scoring/parquet/parse-parquet.ts';
import type { ParquetOptions } from '../../../../src/scoring/parquet/read-frame.ts';
import { FILES } from './parquet-files.ts';

const NAN = Number.NaN;
const NS_PER_DAY = 86_400_000_000_000n;

const file = (name: keyof typeof FILES): Uint8Array => Buffer.from(FILES[name], 'base64');

/** Label → dtype and cells. */
const shown = (frame: Frame): Record<string, unknown> =>
  Object.fromEntries(
    frame.columns.map(({ label, dtype, data }) => [
      String(label),
      [dtype, ...(data as Iterable<unknown>)],
    ]),
  );

const read = (body: Uint8Array, limits: Partial<ParquetOptions> = {}) =>
  parseParquet(body, { decompress, ...limits });

const parse = (name: keyof typeof FILES): Record<string, unknown> => shown(read(file(name)));

function refusal(body: Uint8Array, limits?: Partial<ParquetOptions>): ServingError {
  try {
    read(body, limits);
  } catch (error) {
    return error as ServingError;
  }
  throw new Error('the file was accepted');
}

// Results of pandas 2.3.3, which MLflow's scoring server calls, with pyarrow 25.
describe('parseParquet, types', () => {
  it('gives every type its dtype', () => {
    expect(parse('TYPES')).toEqual({
      bool: ['bool', 1, 0],
      int8: ['int8', -128, 127],
      int16: ['int16', -32768, 32767],
      int32: ['int32', -(2 ** 31), 2 ** 31 - 1],
      int64: ['int64', -(2n ** 63n), 2n ** 63n - 1n],
      uint8: ['uint8', 0, 255],
      uint16: ['uint16', 0, 65535],
      uint32: ['uint32', 0, 2 ** 32 - 1],
      uint64: ['uint64', 0n, 2n ** 64n - 1n],
      float16: ['float16', 0.5, -Infinity],
      float32: ['float32', Math.fround(0.1), -1.5],
      float64: ['float64', 0.1, -1.5],
      text: ['object', 'é', ''],
      bytes: ['object', Uint8Array.of(0, 255), new Uint8Array()],
      fixed: ['object', Uint8Array.of(97, 98), Uint8Array.of(99, 100)],
      date: [
        'object',
        { kind: 'date', ns: -NS_PER_DAY },
        { kind: 'date', ns: 18_629n * NS_PER_DAY },
      ],
      time: [
        'object',
        { kind: 'time', ns: 1_000_000_000n },
        { kind: 'time', ns: NS_PER_DAY - 1_000n },
      ],
      ms: ['datetime64[ms]', -1n, 1n],
      us: ['datetime64[us]', -1n, 1n],
      ns: ['datetime64[ns]', -1n, 1n],
      zoned: ['datetime64[tz]', 0n, 1000n],
      decimal: ['object', -0.05, 123.45],
    });
  });

  it('makes room for nulls as pandas does', () => {
    expect(parse('NULLS')).toEqual({
      bool: ['object', null, false],
      int8: ['float64', NAN, 127],
      int16: ['float64', NAN, 32767],
      int32: ['float64', NAN, 2 ** 31 - 1],
      int64: ['float64', NAN, 2 ** 63],
      uint8: ['float64', NAN, 255],
      uint16: ['float64', NAN, 65535],
      uint32: ['float64', NAN, 2 ** 32 - 1],
      uint64: ['float64', NAN, 2 ** 64],
      float32: ['float32', NAN, -1.5],
      float64: ['float64', NAN, -1.5],
      text: ['object', null, ''],
      bytes: ['object', null, new Uint8Array()],
      fixed: ['object', null, Uint8Array.of(99, 100)],
      date: ['object', null, { kind: 'date', ns: 18_629n * NS_PER_DAY }],
      time: ['object', null, { kind: 'time', ns: NS_PER_DAY - 1_000n }],
      ms: ['datetime64[ms]', NAT, 1n],
      us: ['datetime64[us]', NAT, 1n],
      ns: ['datetime64[ns]', NAT, 1n],
      zoned: ['datetime64[tz]', NAT, 1000n],
      decimal: ['object', null, 123.45],
      nothing: ['object', null, null],
    });
  });

  it('puts lists, dicts and pairs together', () => {
    const floats = (...cells: number[]) =>
      ndArray('float64', [cells.length], Float64Array.from(cells));
    const objects = (...cells: Parameters<typeof ndArray<'object'>>[2]) =>
      ndArray('object', [cells.length], cells);

    expect(parse('NESTED')).toEqual({
      l: ['object', floats(1.5, 2.5), floats(), null, floats(3.5)],
      // One null among all lists turns all of them into floats.
      i: ['object', floats(1), floats(NAN, 2), floats(), floats(3)],
      n: [
        'object',
        objects(objects('x'), objects()),
        objects(),
        null,
        objects(null, objects('y', 'z')),
      ],
      d: [
        'object',
        new Map<string, unknown>([
          ['x', 1n],
          ['y', null],
        ]),
        new Map<string, unknown>([
          ['x', 2n],
          ['y', 'a'],
        ]),
        new Map<string, unknown>([
          ['x', 3n],
          ['y', 'b'],
        ]),
        new Map<string, unknown>([
          ['x', 4n],
          ['y', 'c'],
        ]),
      ],
      m: [
        'object',
        [['k', 1n]],
        [],
        null,
        [
          ['p', 2n],
          ['q', 3n],
        ],
      ],
    });
  });

  it("reads Arrow's own schema for categories of text and durations", () => {
    expect(parse('ARROW_ONLY')).toEqual({
      c: ['category', 'x', 'y', null],
      d: ['timedelta64[ns]', 1_000_000n, NAT, -2_000_000n],
      k: ['int64', 1n, 2n, 3n],
    });
  });

  it('reads timestamps of twelve bytes', () => {
    expect(parse('INT96')).toEqual({
      t: ['datetime64[ns]', -1_000_000_000n, 1_000_000_001n],
    });
  });
});

describe('parseParquet, layouts', () => {
  const CODECS = ['NONE', 'SNAPPY', 'GZIP', 'BROTLI', 'ZSTD', 'LZ4'] as const;

  it.each(
    CODECS.flatMap((codec) => [`CODEC_${codec}_1` as const, `CODEC_${codec}_2` as const]),
  )('reads %s', (name) => {
    expect(parse(name)).toEqual({
      a: ['float64', 0, 0.5, 1, NAN, 2, 2.5, 3, 3.5],
      s: ['object', 'x', 'y', 'x', 'y', 'x', 'y', 'x', 'y'],
    });
  });

  it('joins row groups, each with a dictionary of its own', () => {
    expect(parse('ROW_GROUPS')).toEqual({
      a: ['int64', 0n, 1n, 2n, 3n, 4n, 5n, 6n],
      s: ['object', null, 'a', 'b', 'a', null, null, 'c'],
    });
  });

  it('decodes differences, split streams and run lengths', () => {
    expect(parse('DELTAS')).toEqual({
      i: ['float64', 5, 3, 2 ** 62, -(2 ** 62), 7, NAN],
      j: ['int32', 1, -(2 ** 31), 2 ** 31 - 1, 0, 0, 9],
      l: ['object', '', 'ab', 'abc', null, 'x', 'abc'],
      p: ['object', 'apple', 'apply', 'ap', null, 'b', 'bcd'],
      f: ['float32', 1.5, -2.5, 0, NAN, 1, 2],
      b: ['object', true, true, false, null, true, false],
    });
  });

  it('accepts a table without rows, and one without columns', () => {
    expect(parse('EMPTY')).toEqual({ a: ['float64'], l: ['object'] });
    expect(read(file('NO_COLUMNS'))).toEqual({
      kind: 'frame',
      rowCount: 0,
      columns: [],
    });
  });

  it('reads a body that lies inside of a larger buffer', () => {
    const inner = file('ROW_GROUPS');
    const outer = new Uint8Array(inner.length + 20);
    outer.set(inner, 7);

    const { rowCount } = read(outer.subarray(7, 7 + inner.length));

    expect(rowCount).toBe(7);
  });

  it('never writes to the body', () => {
    const body = file('CODEC_NONE_1');
    const before = Uint8Array.from(body);

    const frame = read(body);
    (frame.columns[0]?.data as Float64Array).fill(9);

    expect(Uint8Array.from(body)).toEqual(before);
  });
});

describe("parseParquet, pandas' metadata", () => {
  it('takes the index out of the columns', () => {
    expect(parse('PANDAS_INDEX')).toEqual({
      b: ['float64', 1.5, 2.5],
      a: ['int64', 1n, 2n],
    });
  });

  it.each([
    {
      name: 'a range',
      body: 'INDEX_RANGE',
      index: { dtype: 'int64', labels: [5n, 6n], levels: 0 },
    },
    {
      name: 'numbers',
      body: 'INDEX_NUMBERS',
      index: { dtype: 'int64', labels: [7n, 0n], levels: 0 },
    },
    {
      name: 'several levels by the first',
      body: 'INDEX_LEVELS',
      index: { dtype: 'object', labels: ['a', 'b'], levels: 2 },
    },
    {
      name: 'dates without their values',
      body: 'INDEX_DATES',
      index: { dtype: 'datetime64[ms]', labels: [null, null], levels: 0 },
    },
  ] as const)('keeps $name as row labels', ({ body, index }) => {
    const frame = read(file(body));

    expect(frame.index).toEqual(index);
    expect(shown(frame)).toEqual({ x: ['float64', 1.5, 2.5] });
  });

  it('counts rows without an index', () => {
    expect(read(file('PANDAS_LABELS')).index).toBeUndefined();
  });

  it('gives numbers back to numbered columns', () => {
    const { columns } = read(file('PANDAS_LABELS'));

    expect(columns.map(({ label }) => label)).toEqual([0n, 1n]);
  });

  it('maps nullable dtypes to what a signature makes of them', () => {
    expect(parse('PANDAS_NULLABLE')).toEqual({
      whole: ['int64', 1n, 2n],
      holes: ['category', 1, NAN],
      small: ['float64', 1, NAN],
      flag: ['category', true, null],
      text: ['object', 'x', null],
      real: ['float64', 1.5, NAN],
    });
  });

  it('knows the zone of naive timestamps', () => {
    expect(parse('PANDAS_ZONE')).toEqual({
      t: ['datetime64[tz]', 1_609_459_200_000_000_000n],
    });
  });
});

describe('parseParquet, refusals', () => {
  it.each([
    { name: 'an empty body', body: new Uint8Array(), message: 'which ends with PAR1' },
    { name: 'text', body: Buffer.from('a,b\n1,2\n'), message: 'which ends with PAR1' },
    { name: 'a bare magic', body: Buffer.from('PAR1PAR1'), message: 'which ends with PAR1' },
    { name: 'an encrypted file', body: Buffer.from('PAR1....PARE'), message: 'encrypted' },
    { name: 'a cut file', body: file('ROW_GROUPS').subarray(0, -1), message: 'ends with PAR1' },
    { name: 'two columns of one name', body: file('TWINS'), message: 'two columns' },
    { name: 'a date Python has not', body: file('FAR_DATE'), message: 'years 1 to 9999' },
    { name: 'a time finer than Python has', body: file('FINE_TIME'), message: 'microsecond' },
    {
      name: 'row labels that make no step',
      body: file('INDEX_STEPLESS'),
      message: 'description of the columns',
    },
    { name: 'broken metadata', body: file('PANDAS_BROKEN'), message: 'description of the columns' },
  ])('refuses $name', ({ body, message }) => {
    expect(refusal(body)).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(message),
    });
  });

  it('says nothing but BAD_REQUEST of any cut or changed file', () => {
    const body = file('DELTAS');
    const codes = new Set<string>();

    for (let at = 0; at < body.length; at++) {
      const changed = Uint8Array.from(body);
      changed[at] = (changed[at] as number) ^ 0x55;
      for (const hostile of [changed, body.subarray(at)]) {
        try {
          read(hostile);
        } catch (error) {
          codes.add((error as ServingError).code);
        }
      }
    }

    expect([...codes]).toEqual(['BAD_REQUEST']);
  });

  it.each([
    { name: 'rows', limits: { maxRows: 6 }, message: '7 rows, more than the limit of 6' },
    { name: 'decoded bytes', limits: { maxDecodedBytes: 100 }, message: 'more than 100 bytes' },
  ])('keeps the limit of $name', ({ limits, message }) => {
    expect(refusal(file('ROW_GROUPS'), limits)).toMatchObject({
      code: 'REQUEST_TOO_LARGE',
      message: expect.stringContaining(message),
    });
  });

  it('accepts as many rows as the limit', () => {
    expect(read(file('ROW_GROUPS'), { maxRows: 7 }).rowCount).toBe(7);
  });
});
