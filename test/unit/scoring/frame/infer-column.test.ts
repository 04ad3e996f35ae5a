import { describe, expect, it } from 'vitest';
import { NAT } from '../../../../src/model/datetime.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';
import type { PyValue } from '../../../../src/model/py-value.ts';
import { numpyScalar } from '../../../../src/scoring/array/numpy-scalar.ts';
import { inferColumn } from '../../../../src/scoring/frame/infer-column.ts';

const int32 = (value: number) => numpyScalar(ndArray('int32', [1], new Int32Array([value])));
const float32 = (value: number) => numpyScalar(ndArray('float32', [1], new Float32Array([value])));
const date = (ns: bigint) => numpyScalar(ndArray('datetime64[ns]', [1], new BigInt64Array([ns])));
const text = (value: string) => numpyScalar(ndArray('str', [1], [value]));

describe('inferColumn', () => {
  it.each<{ name: string; cells: PyValue[]; dtype: string; data: unknown[] }>([
    { name: 'ints', cells: [1n, -1n], dtype: 'int64', data: [1n, -1n] },
    { name: 'huge ints', cells: [2n ** 63n, 1n], dtype: 'uint64', data: [2n ** 63n, 1n] },
    {
      name: 'huge and negative ints',
      cells: [2n ** 63n, -1n],
      dtype: 'object',
      data: [2n ** 63n, -1n],
    },
    { name: 'ints and null', cells: [1n, null], dtype: 'float64', data: [1, Number.NaN] },
    {
      name: 'null before huger ints',
      cells: [null, 2n ** 64n],
      dtype: 'float64',
      data: [Number.NaN, 2 ** 64],
    },
    {
      name: 'huger ints before null',
      cells: [2n ** 64n, null],
      dtype: 'object',
      data: [2n ** 64n, null],
    },
    { name: 'bools', cells: [true], dtype: 'bool', data: [1] },
    { name: 'bools and null', cells: [true, null], dtype: 'object', data: [true, null] },
    { name: 'bools and numbers', cells: [true, 1n], dtype: 'object', data: [true, 1n] },
    { name: 'only null', cells: [null], dtype: 'object', data: [null] },
    {
      name: 'null and NaN',
      cells: [null, Number.NaN],
      dtype: 'float64',
      data: [Number.NaN, Number.NaN],
    },
    { name: 'text', cells: ['1', 2n], dtype: 'object', data: ['1', 2n] },
    { name: 'nothing', cells: [], dtype: 'object', data: [] },
    { name: 'numpy ints', cells: [int32(1), int32(2)], dtype: 'int32', data: [1, 2] },
    { name: 'numpy floats', cells: [float32(0.5)], dtype: 'float32', data: [0.5] },
    { name: 'numpy and other ints', cells: [int32(1), 2n], dtype: 'int64', data: [1n, 2n] },
    { name: 'numpy text', cells: [text('a')], dtype: 'object', data: ['a'] },
    {
      name: 'numpy dates with a hole',
      cells: [date(5n), Number.NaN],
      dtype: 'datetime64[ns]',
      data: [5n, NAT],
    },
  ])('gives $name dtype $dtype', ({ cells, dtype, data }) => {
    const column = inferColumn('a', cells);

    expect(column.dtype).toBe(dtype);
    expect([...(column.data as Iterable<unknown>)]).toEqual(data);
  });
});
