import { describe, expect, it } from 'vitest';
import type { PyValue } from '../../../../src/model/py-value.ts';
import { dataFrame, frameAxes } from '../../../../src/scoring/frame/data-frame.ts';

const dict = (entries: Record<string, PyValue>): PyValue => new Map(Object.entries(entries));

/** Labels, dtypes and cells of a frame, for whole comparisons. */
function build(data: PyValue, columns?: PyValue, index?: PyValue): unknown {
  const frame = dataFrame(data, frameAxes(columns, index));
  return frame.columns.map((column) => [
    column.label,
    column.dtype,
    [...(column.data as Iterable<unknown>)],
  ]);
}

describe('dataFrame', () => {
  it.each<{ name: string; data: PyValue; columns?: PyValue; index?: PyValue; expected: unknown }>([
    {
      name: 'rows of lists',
      data: [[1n, 'x'], [2n]],
      columns: ['a', 'b'],
      expected: [
        ['a', 'int64', [1n, 2n]],
        ['b', 'object', ['x', null]],
      ],
    },
    { name: 'rows without labels', data: [[1.5]], expected: [[0n, 'float64', [1.5]]] },
    {
      name: 'rows of objects',
      data: [dict({ a: 1n }), dict({ b: 2.5 })],
      expected: [
        ['a', 'float64', [1, Number.NaN]],
        ['b', 'float64', [Number.NaN, 2.5]],
      ],
    },
    {
      name: 'objects with chosen columns',
      data: [dict({ a: 1n, b: 2n }), []],
      columns: ['b'],
      expected: [['b', 'float64', [2, Number.NaN]]],
    },
    { name: 'single values', data: [true, false], expected: [[0n, 'bool', [1, 0]]] },
    {
      name: 'an object of columns',
      data: dict({ a: [1n, 2n], b: 'x' }),
      expected: [
        ['a', 'int64', [1n, 2n]],
        ['b', 'object', ['x', 'x']],
      ],
    },
    {
      name: 'an object of objects',
      data: dict({ a: dict({ r: 1n }), b: dict({ s: 2n }) }),
      expected: [
        ['a', 'float64', [1, Number.NaN]],
        ['b', 'float64', [Number.NaN, 2]],
      ],
    },
    {
      name: 'chosen columns of an object',
      data: dict({ a: [1n] }),
      columns: ['b', 'a'],
      expected: [
        ['b', 'object', [Number.NaN]],
        ['a', 'int64', [1n]],
      ],
    },
    { name: 'an empty column', data: dict({ a: [] }), expected: [['a', 'float64', []]] },
    {
      name: 'one row stretched by the index',
      data: [[1n]],
      columns: ['a'],
      index: [5n, 6n],
      expected: [['a', 'int64', [1n, 1n]]],
    },
    {
      name: 'one value for both axes',
      data: 7n,
      columns: ['a'],
      index: [0n, 1n],
      expected: [['a', 'int64', [7n, 7n]]],
    },
    { name: 'no data', data: null, columns: ['a'], expected: [['a', 'object', []]] },
    {
      name: 'no data but an index',
      data: [],
      columns: ['a'],
      index: [1n],
      expected: [['a', 'object', [Number.NaN]]],
    },
    {
      name: 'text among rows',
      data: [[1n, 2n], 'xy'],
      expected: [
        [0n, 'object', [1n, 'x']],
        [1n, 'object', [2n, 'y']],
      ],
    },
    {
      name: 'labels of one level',
      data: [[1n]],
      columns: [['a']],
      expected: [['(a)', 'int64', [1n]]],
    },
    {
      name: 'row labels of any kind',
      data: [[1n]],
      index: [dict({})],
      expected: [[0n, 'int64', [1n]]],
    },
    {
      name: 'a single value for no rows',
      data: 1n,
      columns: ['a'],
      index: [],
      expected: [['a', 'int64', []]],
    },
    { name: 'whole floats as labels', data: [[1n]], columns: [1], expected: [[1, 'int64', [1n]]] },
  ])('builds $name', ({ data, columns, index, expected }) => {
    expect(build(data, columns, index)).toEqual(expected);
  });

  it.each<{ name: string; data: PyValue; columns?: PyValue; index?: PyValue }>([
    { name: 'too few labels', data: [[1n, 2n]], columns: ['a'] },
    { name: 'an index of another length', data: [[1n], [2n]], index: [1n] },
    { name: 'a number among rows', data: [[1n], 2n] },
    { name: 'a list among objects', data: [dict({ a: 1n }), [2n]] },
    { name: 'a single value', data: 5n },
    { name: 'columns of unequal length', data: dict({ a: [1n], b: [1n, 2n] }) },
    { name: 'only single values', data: dict({ a: 1n }) },
    { name: 'lists beside objects', data: dict({ a: [1n], b: dict({ x: 1n }) }) },
    { name: 'labels in text', data: [[1n]], columns: 'a' },
    { name: 'labels in lists in lists', data: [[1n]], columns: [[['a']]] },
    { name: 'labels of several kinds', data: [[1n, 2n]], columns: ['a', ['b']] },
    { name: 'an integer beyond doubles', data: [[10n ** 400n]] },
  ])('refuses $name', ({ data, columns, index }) => {
    expect(() => build(data, columns, index)).toThrow(
      expect.objectContaining({ name: 'CastError' }),
    );
  });
});
