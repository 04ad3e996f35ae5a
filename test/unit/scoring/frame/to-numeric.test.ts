import { describe, expect, it } from 'vitest';
import type { PyValue } from '../../../../src/model/py-value.ts';
import { toNumeric } from '../../../../src/scoring/frame/to-numeric.ts';

describe('toNumeric', () => {
  it.each<{ cells: PyValue[]; dtype: string; data: unknown[] }>([
    { cells: ['1', ' 2\n'], dtype: 'int64', data: [1n, 2n] },
    { cells: ['1.5', 2n], dtype: 'float64', data: [1.5, 2] },
    { cells: ['1', null, ''], dtype: 'float64', data: [1, Number.NaN, Number.NaN] },
    { cells: [true, '1'], dtype: 'int64', data: [1n, 1n] },
    { cells: [true, null], dtype: 'float64', data: [1, Number.NaN] },
    { cells: ['9223372036854775808'], dtype: 'uint64', data: [2n ** 63n] },
    { cells: ['9223372036854775808', null], dtype: 'object', data: ['9223372036854775808', null] },
    { cells: ['+INF'], dtype: 'float64', data: [Infinity] },
    { cells: [new TextEncoder().encode('7')], dtype: 'int64', data: [7n] },
    // pandas drops digits behind the 17th.
    { cells: ['0.1234567890123456789'], dtype: 'float64', data: [0.1234567890123456] },
  ])('gives $dtype for $cells', ({ cells, dtype, data }) => {
    const column = toNumeric('a', cells);

    expect(column.dtype).toBe(dtype);
    expect([...(column.data as Iterable<unknown>)]).toEqual(data);
  });

  it.each<[string, PyValue]>([
    ['words', 'abc'],
    ['nan', 'nan'],
    ['underscores', '1_0'],
    ['an integer beyond 64 bits', '18446744073709551616'],
    ['lists', [1n]],
  ])('refuses %s', (_name, cell) => {
    expect(() => toNumeric('a', ['1', cell])).toThrow(expect.objectContaining({ row: 1 }));
  });
});
