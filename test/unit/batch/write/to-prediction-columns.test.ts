import { describe, expect, it } from 'vitest';
import { parsePredictions } from '../../../../src/batch/write/parse-predictions.ts';
import { toPredictionColumns } from '../../../../src/batch/write/to-prediction-columns.ts';
import { column, frame } from '../../../../src/model/frame.ts';
import { ndArray } from '../../../../src/model/nd-array.ts';

describe('toPredictionColumns', () => {
  it('makes one column of an array of one dimension, its dtype kept', () => {
    const output = ndArray('float32', [2], Float32Array.of(0.5, 1));

    expect(toPredictionColumns(output, 2)).toEqual(
      frame(2, [column('predictions', 'float32', Float32Array.of(0.5, 1))]),
    );
  });

  it('makes an array of each row of a tensor', () => {
    const output = ndArray('int64', [2, 2], BigInt64Array.of(1n, 2n, 3n, 4n));

    const cells = [[1n, 2n] as const, [3n, 4n] as const].map((row) =>
      ndArray('int64', [2], BigInt64Array.of(...row)),
    );
    expect(toPredictionColumns(output, 2).columns).toEqual([
      column('predictions', 'object', cells),
    ]);
  });

  it('makes a column of each array of a dict', () => {
    const output = new Map([
      ['label', ndArray('int64', [2], BigInt64Array.of(1n, 2n))],
      ['score', ndArray('float64', [2], Float64Array.of(0.1, 0.2))],
    ]);

    expect(toPredictionColumns(output, 2).columns).toEqual([
      column('label', 'int64', BigInt64Array.of(1n, 2n)),
      column('score', 'float64', Float64Array.of(0.1, 0.2)),
    ]);
  });

  it('makes a column of each key of a list of dicts, null where it is missing', () => {
    const output = [new Map([['a', 1n]]), new Map([['b', 'x']])];

    expect(toPredictionColumns(output, 2).columns).toEqual([
      column('a', 'object', [1n, null]),
      column('b', 'object', [null, 'x']),
    ]);
  });

  it('takes a squeezed value for one row', () => {
    expect(toPredictionColumns(ndArray('float64', [], Float64Array.of(3)), 1).columns).toEqual([
      column('predictions', 'float64', Float64Array.of(3)),
    ]);
  });

  it.each([
    { name: 'an array', output: ndArray('float64', [3], new Float64Array(3)), found: 'returned 3' },
    { name: 'a value', output: 1.5, found: 'a single value' },
    { name: 'a list', output: [1, 2, 3], found: 'returned 3' },
    { name: 'a dict', output: new Map([['a', [1n]]]), found: 'returned 1' },
    { name: 'no columns', output: frame(2, []), found: 'no columns' },
  ])('refuses $name that is not one prediction for each row', ({ output, found }) => {
    expect(() => toPredictionColumns(output, 2)).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR', message: expect.stringContaining(found) }),
    );
  });
});

describe('parsePredictions', () => {
  it.each([
    {
      name: 'floats',
      text: '[1.5, NaN]',
      cells: column('predictions', 'float64', Float64Array.of(1.5, Number.NaN)),
    },
    {
      name: 'integers',
      text: '[1, 2]',
      cells: column('predictions', 'int64', BigInt64Array.of(1n, 2n)),
    },
    {
      name: 'booleans',
      text: '[true, false]',
      cells: column('predictions', 'bool', Uint8Array.of(1, 0)),
    },
    { name: 'texts', text: '["a", null]', cells: column('predictions', 'object', ['a', null]) },
    { name: 'a mixture', text: '[1, 2.5]', cells: column('predictions', 'object', [1n, 2.5]) },
    {
      name: 'nulls among numbers',
      text: '[1.0, null]',
      cells: column('predictions', 'object', [1, null]),
    },
    {
      name: 'large integers',
      text: '[9007199254740993, 1]',
      cells: column('predictions', 'int64', BigInt64Array.of(9007199254740993n, 1n)),
    },
  ])('reads $name', ({ text, cells }) => {
    expect(parsePredictions(`{"predictions": ${text}}`, 2)).toEqual(frame(2, [cells]));
  });

  it('reads lists of numbers as arrays', () => {
    const cells = [[0.5, 1] as const, [2, 3] as const].map((row) =>
      ndArray('float64', [2], Float64Array.of(...row)),
    );

    expect(parsePredictions('{"predictions": [[0.5, 1.0], [2.0, 3.0]]}', 2).columns).toEqual([
      column('predictions', 'object', cells),
    ]);
  });

  it('reads records as columns, many of them as few', () => {
    const many = Array.from({ length: 300 }, (_, i) => `{"a": ${i}, "b": ${i}.5}`);

    expect(parsePredictions(`{"predictions": [${many}]}`, 300).columns).toEqual([
      column(
        'a',
        'int64',
        BigInt64Array.from(many, (_, i) => BigInt(i)),
      ),
      column(
        'b',
        'float64',
        Float64Array.from(many, (_, i) => i + 0.5),
      ),
    ]);
    expect(parsePredictions('{"predictions": [{"a": 1, "b": null}]}', 1).columns).toEqual([
      column('a', 'int64', BigInt64Array.of(1n)),
      column('b', 'object', [null]),
    ]);
  });

  it.each(['[1]', '{"answer": [1]}', 'no JSON'])('refuses %s', (text) => {
    expect(() => parsePredictions(text, 1)).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR' }),
    );
  });
});
