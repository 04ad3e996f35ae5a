import { describe, expect, it } from 'vitest';
import { column, frame } from '../../../../src/model/frame.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';
import { toFeeds } from '../../../../src/predictor/onnx/to-feeds.ts';
import type { GraphInput } from '../../../../src/predictor/onnx/to-tensor.ts';

const X: GraphInput = { name: 'X', type: 'float32', shape: [-1, 2] };
const A: GraphInput = { name: 'A', type: 'float32', shape: [-1] };
const B: GraphInput = { name: 'B', type: 'string', shape: [-1] };

const doubles = (...cells: number[]) => Float64Array.from(cells);

describe('toFeeds', () => {
  it('casts a frame of float64 columns to one float input, row by row', () => {
    const table = frame(2, [
      column('q', 'float64', doubles(1, 3)),
      column('p', 'float64', doubles(2, 4)),
    ]);

    expect(toFeeds([X], table)['X']).toEqual({
      type: 'float32',
      dims: [2, 2],
      data: Float32Array.of(1, 2, 3, 4),
      location: 'cpu',
    });
  });

  it('takes the common dtype of a mixed frame', () => {
    const table = frame(1, [
      column('a', 'int64', BigInt64Array.of(3n)),
      column('b', 'float32', Float32Array.of(0.5)),
    ]);

    expect(toFeeds([X], table)['X']?.data).toEqual(Float32Array.of(3, 0.5));
  });

  it('feeds each of several inputs from the column of its name, flat, and ignores the others', () => {
    const table = frame(2, [
      column('extra', 'object', [null, null]),
      column('B', 'object', ['x', null]),
      column('A', 'float64', doubles(1, 2)),
    ]);

    const feeds = toFeeds([A, B], table);

    expect(feeds['A']?.dims).toEqual([2]);
    expect(feeds['B']?.data).toEqual(['x', 'None']);
    expect(Object.keys(feeds)).toEqual(['A', 'B']);
  });

  it('keeps columns of one name together, as pandas does', () => {
    const table = frame(1, [
      column('A', 'float64', doubles(1)),
      column('A', 'float64', doubles(2)),
      column('B', 'object', ['x']),
    ]);

    expect(toFeeds([A, B], table)['A']?.dims).toEqual([1, 2]);
  });

  it('feeds a dict by name, whatever the name', () => {
    const odd: GraphInput = { name: '__proto__', type: 'int64', shape: [] };
    const value = ndArray('int64', [], BigInt64Array.of(5n));

    const feeds = toFeeds([odd], new Map([['__proto__', value]]));

    expect(Object.keys(feeds)).toEqual(['__proto__']);
    expect(Object.values(feeds)[0]?.data).toBe(value.data);
  });

  it.each([
    { name: 'a list', value: [1], message: 'the request is a list' },
    { name: 'nothing', value: null, message: 'the request is nothing' },
    { name: 'a text', value: 'x', message: 'the request is one text' },
    { name: 'an empty dict', value: new Map(), message: 'the model input "X" is missing' },
    {
      name: 'an unknown name',
      value: new Map([
        ['X', ndArray('float32', [1, 2], Float32Array.of(1, 2))],
        ['Y', ndArray('float32', [1], Float32Array.of(1))],
      ]),
      message: 'the request names 2 inputs, the model has 1: "X"',
    },
    {
      name: 'a list in a dict',
      value: new Map([['X', [1]]]),
      message: 'takes an array, got a list',
    },
  ])('refuses $name with 400', ({ value, message }) => {
    expect(() => toFeeds([X], value)).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining(message) }),
    );
  });

  it('names the column that is missing', () => {
    const table = frame(1, [column('A', 'float64', doubles(1)), column(1n, 'object', ['x'])]);

    expect(() => toFeeds([A, B], table)).toThrow('the model input "B" is missing');
  });

  it('answers 500 for one array where the model has several inputs, as MLflow does', () => {
    const array = ndArray('float32', [1], Float32Array.of(1));

    expect(() => toFeeds([A, B], array)).toThrow(
      expect.objectContaining({
        code: 'INTERNAL_ERROR',
        message: expect.stringContaining('"A", "B"'),
      }),
    );
  });
});
