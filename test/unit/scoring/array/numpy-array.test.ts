import { describe, expect, it } from 'vitest';
import { NAT } from '../../../../src/model/datetime.ts';
import type { Dtype } from '../../../../src/model/dtype.ts';
import type { PyValue } from '../../../../src/model/py-value.ts';
import { numpyArray } from '../../../../src/scoring/array/numpy-array.ts';

const nested = (levels: number): PyValue => (levels === 0 ? 1n : [nested(levels - 1)]);

describe('numpyArray without a dtype', () => {
  it.each<{ name: string; value: PyValue; dtype: Dtype; shape: number[]; data: unknown[] }>([
    { name: 'ints', value: [1n, 2n], dtype: 'int64', shape: [2], data: [1n, 2n] },
    { name: 'a huge int', value: [2n ** 63n], dtype: 'uint64', shape: [1], data: [2n ** 63n] },
    {
      name: 'ints on both sides of int64',
      value: [-1n, 2n ** 63n],
      dtype: 'float64',
      shape: [2],
      data: [-1, 2 ** 63],
    },
    {
      name: 'ints beyond 64 bits',
      value: [2n ** 64n],
      dtype: 'object',
      shape: [1],
      data: [2n ** 64n],
    },
    {
      name: 'ints and floats',
      value: [[1n], [2.5]],
      dtype: 'float64',
      shape: [2, 1],
      data: [1, 2.5],
    },
    { name: 'bools', value: [true, false], dtype: 'bool', shape: [2], data: [1, 0] },
    { name: 'bools and ints', value: [true, 2n], dtype: 'int64', shape: [2], data: [1n, 2n] },
    {
      name: 'text beside numbers',
      value: [1n, 'a', true, 1.5],
      dtype: 'str',
      shape: [4],
      data: ['1', 'a', 'True', '1.5'],
    },
    { name: 'null', value: [null, 1n], dtype: 'object', shape: [2], data: [null, 1n] },
    { name: 'a scalar', value: 'abc', dtype: 'str', shape: [], data: ['abc'] },
    { name: 'empty lists', value: [[], []], dtype: 'float64', shape: [2, 0], data: [] },
  ])('infers $dtype for $name', ({ value, dtype, shape, data }) => {
    const array = numpyArray(value);

    expect(array).toMatchObject({ dtype, shape });
    expect([...(array.data as Iterable<unknown>)]).toEqual(data);
  });

  it.each<{ name: string; value: PyValue }>([
    { name: 'lists of unequal length', value: [[1n, 2n], [3n]] },
    { name: 'a list beside a number', value: [1n, [2n]] },
    { name: 'a number behind an empty list', value: [[], 1n] },
    { name: 'more than 64 levels', value: nested(65) },
  ])('refuses $name', ({ value }) => {
    expect(() => numpyArray(value)).toThrow(/lists/);
  });
});

describe('numpyArray with a dtype', () => {
  it.each<{ dtype: Dtype; value: PyValue; cell: unknown }>([
    { dtype: 'bool', value: Number.NaN, cell: 1 },
    { dtype: 'bool', value: 'False', cell: 1 },
    { dtype: 'bool', value: null, cell: 0 },
    { dtype: 'bool', value: new Map(), cell: 0 },
    { dtype: 'int64', value: -1.9, cell: -1n },
    { dtype: 'int32', value: ' 1_0 ', cell: 10 },
    { dtype: 'uint8', value: 255.9, cell: 255 },
    { dtype: 'float32', value: 2n ** 53n + 1n, cell: 2 ** 53 },
    { dtype: 'float64', value: null, cell: Number.NaN },
    { dtype: 'float64', value: 'inf', cell: Infinity },
    { dtype: 'float16', value: 65_520, cell: Infinity },
    { dtype: 'str', value: new Map([['a', [null]]]), cell: "{'a': [None]}" },
    { dtype: 'str', value: 'a\0\0', cell: 'a' },
    { dtype: 'bytes', value: true, cell: new TextEncoder().encode('True') },
    { dtype: 'datetime64[ns]', value: '2020', cell: 1_577_836_800_000_000_000n },
    { dtype: 'datetime64[s]', value: '1969-12-31T23:59:59.5', cell: -1n },
    { dtype: 'datetime64[ns]', value: null, cell: NAT },
    { dtype: 'datetime64[ns]', value: true, cell: 1n },
  ])('stores a $dtype cell', ({ dtype, value, cell }) => {
    const array = numpyArray([value], dtype);

    expect(array.data[0]).toEqual(cell);
  });

  it.each<{ dtype: Dtype; value: PyValue; problem: string }>([
    { dtype: 'int32', value: 3_000_000_000n, problem: 'fits int32' },
    { dtype: 'int32', value: 3e9, problem: 'fits int32' },
    { dtype: 'uint8', value: -1n, problem: 'fits uint8' },
    { dtype: 'int64', value: null, problem: 'an integer' },
    { dtype: 'int64', value: '1.0', problem: 'an integer' },
    { dtype: 'int64', value: Number.NaN, problem: 'an integer' },
    { dtype: 'float64', value: 'abc', problem: 'a number' },
    { dtype: 'float64', value: 10n ** 400n, problem: 'small enough' },
    { dtype: 'bytes', value: 'é', problem: 'ASCII' },
    { dtype: 'datetime64[ns]', value: 1.5, problem: 'ISO 8601' },
    { dtype: 'datetime64[ns]', value: 2n ** 63n, problem: 'ISO 8601' },
  ])('refuses a $dtype cell: $problem', ({ dtype, value, problem }) => {
    expect(() => numpyArray([value], dtype)).toThrow(problem);
  });

  it('names the cell that does not convert', () => {
    expect(() =>
      numpyArray(
        [
          [1n, 2n],
          [3n, 'x'],
        ],
        'int64',
      ),
    ).toThrow(expect.objectContaining({ row: 3 }));
  });

  it('keeps ragged lists as objects', () => {
    const array = numpyArray(
      [
        [1n, [2n]],
        [3n, 4n],
      ],
      'object',
    );

    expect(array).toMatchObject({ shape: [2, 2], data: [1n, [2n], 3n, 4n] });
  });
});
