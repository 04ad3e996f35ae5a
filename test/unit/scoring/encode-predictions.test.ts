import { describe, expect, it } from 'vitest';
import { NAT } from '../../../src/model/datetime.ts';
import { column, frame } from '../../../src/model/frame.ts';
import type { ModelOutput } from '../../../src/model/model-output.ts';
import { ndArray } from '../../../src/model/nd-array.ts';
import type { PyValue } from '../../../src/model/py-value.ts';
import { encodePredictions } from '../../../src/scoring/encode-predictions.ts';

const DAY_NS = 86_400_000_000_000n;

const encode = (output: ModelOutput): string => encodePredictions(output, { wrapped: false });

describe('encodePredictions', () => {
  it('wraps the predictions or leaves them bare', () => {
    expect(encodePredictions([1n], { wrapped: true })).toBe('{"predictions": [1]}');
    expect(encodePredictions([1n], { wrapped: false })).toBe('[1]');
  });
});

describe('encodePredictions of a frame', () => {
  it('writes one object per row, by the dtype of each column', () => {
    const output = frame(2, [
      column('f', 'float32', Float32Array.of(0.1, 1)),
      column('d', 'float64', Float64Array.of(0.1, Number.NaN)),
      column('h', 'float16', Float16Array.of(0.1, 2)),
      column('i', 'int64', BigInt64Array.of(1n, -(2n ** 63n) + 1n)),
      column('u', 'uint64', BigUint64Array.of(0n, 2n ** 64n - 1n)),
      column('s', 'int8', Int8Array.of(-1, 1)),
      column('b', 'bool', Uint8Array.of(0, 1)),
      column('o', 'object', ['é', null]),
    ]);

    expect(encode(output)).toBe(
      '[{"f": 0.10000000149011612, "d": 0.1, "h": 0.0999755859375, "i": 1, "u": 0, "s": -1, ' +
        '"b": false, "o": "\\u00e9"}, {"f": 1.0, "d": NaN, "h": 2.0, "i": -9223372036854775807, ' +
        '"u": 18446744073709551615, "s": 1, "b": true, "o": null}]',
    );
  });

  it('writes dates as ISO text and missing ones as NaT', () => {
    const output = frame(2, [
      column('ns', 'datetime64[ns]', BigInt64Array.of(1n, NAT)),
      column('s', 'datetime64[s]', BigInt64Array.of(-1n, NAT)),
      column('tz', 'datetime64[tz]', BigInt64Array.of(0n, NAT)),
      column('td', 'timedelta64[ns]', BigInt64Array.of(NAT, NAT)),
    ]);

    expect(encode(output)).toBe(
      '[{"ns": "1970-01-01T00:00:00.000000001", "s": "1969-12-31T23:59:59", ' +
        '"tz": "1970-01-01T00:00:00+00:00", "td": "NaT"}, ' +
        '{"ns": "NaT", "s": "NaT", "tz": "NaT", "td": "NaT"}]',
    );
  });

  it('writes packed dicts with their keys in order', () => {
    const probabilities = {
      kind: 'packed-dicts',
      keys: ['10', '"2"'],
      values: ndArray('float32', [2, 2], Float32Array.of(0.5, 0.25, 1, 0)),
    } as const;

    expect(encode(frame(2, [column('p', 'object', probabilities)]))).toBe(
      '[{"p": {"10": 0.5, "\\"2\\"": 0.25}}, {"p": {"10": 1.0, "\\"2\\"": 0.0}}]',
    );
  });

  it('makes text of labels', () => {
    const one = (label: string | bigint | number | boolean | null) =>
      encode(frame(1, [column(label, 'int64', BigInt64Array.of(7n))]));

    expect(one('ä')).toBe('[{"\\u00e4": 7}]');
    expect(one(0n)).toBe('[{"0": 7}]');
    expect(one(0.5)).toBe('[{"0.5": 7}]');
    expect(one(true)).toBe('[{"true": 7}]');
    expect(one(null)).toBe('[{"null": 7}]');
  });

  it('keeps the last of columns with equal labels at the place of the first', () => {
    const ints = (label: string | bigint | number | boolean, value: bigint) =>
      column(label, 'int64', BigInt64Array.of(value));

    expect(encode(frame(1, [ints('a', 1n), ints('b', 2n), ints('a', 3n)]))).toBe(
      '[{"a": 3, "b": 2}]',
    );
    // 1, 1.0 and True are one key of a Python dict; "1" is another.
    expect(encode(frame(1, [ints(1n, 1n), ints('1', 2n), ints(true, 3n), ints(1, 4n)]))).toBe(
      '[{"1": 4, "1": 2}]',
    );
  });

  it('writes no rows when there are none, or no columns', () => {
    expect(encode(frame(0, [column('a', 'complex128', new Float64Array(0))]))).toBe('[]');
    expect(encode(frame(3, []))).toBe('[]');
  });

  it.each([
    { name: 'complex numbers', cells: column('a', 'complex64', Float32Array.of(1, 2)) },
    { name: 'durations', cells: column('a', 'timedelta64[ns]', BigInt64Array.of(1n)) },
  ])('answers 500 for a column of $name', ({ name, cells }) => {
    expect(() => encode(frame(1, [cells]))).toThrow(
      expect.objectContaining({ code: 'INTERNAL_ERROR', message: expect.stringContaining(name) }),
    );
  });
});

describe('encodePredictions of an array', () => {
  it.each([
    { name: 'rank 0', output: ndArray('float64', [], Float64Array.of(1)), text: '1.0' },
    { name: 'rank 1', output: ndArray('int32', [2], Int32Array.of(1, 2)), text: '[1, 2]' },
    {
      name: 'rank 3',
      output: ndArray('float32', [2, 1, 2], Float32Array.of(1, 2, 3, 4.5)),
      text: '[[[1.0, 2.0]], [[3.0, 4.5]]]',
    },
    { name: 'no cells', output: ndArray('float32', [2, 0], new Float32Array(0)), text: '[[], []]' },
    { name: 'no rows', output: ndArray('float32', [0, 2], new Float32Array(0)), text: '[]' },
    { name: 'text', output: ndArray('str', [1], ['"']), text: '["\\""]' },
    { name: 'bytes', output: ndArray('bytes', [1], [Uint8Array.of(1)]), text: '["AQ==\\n"]' },
    { name: 'objects', output: ndArray('object', [2], [null, [1n]]), text: '[null, [1]]' },
    {
      name: 'nanoseconds as integers',
      output: ndArray('datetime64[ns]', [2], BigInt64Array.of(DAY_NS, NAT)),
      text: '[86400000000000, null]',
    },
    {
      name: 'coarser dates as text, or as integers out of Python’s reach',
      output: ndArray('datetime64[ms]', [3], BigInt64Array.of(1n, NAT, 253_402_300_800_000n)),
      text: '["1970-01-01T00:00:00.001000", null, 253402300800000]',
    },
    {
      name: 'days',
      output: ndArray('datetime64[D]', [1], BigInt64Array.of(-1n)),
      text: '["1969-12-31"]',
    },
    {
      name: 'durations as integers',
      output: ndArray('timedelta64[ns]', [1], BigInt64Array.of(5n)),
      text: '[5]',
    },
  ])('writes $name', ({ output, text }) => {
    expect(encode(output)).toBe(text);
  });

  it('answers 500 for complex numbers', () => {
    expect(() => encode(ndArray('complex128', [1], Float64Array.of(1, 2)))).toThrow('complex');
  });
});

describe('encodePredictions of a Python value', () => {
  it.each<{ name: string; output: PyValue; text: string }>([
    { name: 'None', output: null, text: 'null' },
    { name: 'a bool', output: true, text: 'true' },
    { name: 'a large int', output: 2n ** 70n, text: '1180591620717411303424' },
    { name: 'a float', output: 1, text: '1.0' },
    { name: 'an infinity', output: Number.NEGATIVE_INFINITY, text: '-Infinity' },
    { name: 'text', output: '😀\x7f', text: '"\\ud83d\\ude00\\u007f"' },
    { name: 'no bytes', output: new Uint8Array(0), text: '""' },
    {
      name: 'bytes, a line break after 76 characters',
      output: new Uint8Array(58),
      text: `"${'A'.repeat(76)}\\nAA==\\n"`,
    },
    { name: 'a date', output: { kind: 'date', ns: DAY_NS }, text: '"1970-01-02"' },
    {
      name: 'a dict of arrays',
      output: new Map([['y', ndArray('float32', [1, 1], Float32Array.of(0.5))]]),
      text: '{"y": [[0.5]]}',
    },
    { name: 'an empty dict', output: new Map(), text: '{}' },
    { name: 'nested lists', output: [[], [new Map([['a', 1n]])]], text: '[[], [{"a": 1}]]' },
    {
      name: 'a 0-d array of text inside a list letter by letter, as MLflow does',
      output: [ndArray('object', [], ['ab'])],
      text: '[["a", "b"]]',
    },
  ])('writes $name', ({ output, text }) => {
    expect(encode(output)).toBe(text);
  });

  it.each([
    { name: 'a frame inside a list', output: [frame(0, [])] as unknown as PyValue },
    { name: 'a 0-d object array inside a list', output: [ndArray('object', [], [null])] },
  ])('answers 500 for $name', ({ output }) => {
    expect(() => encode(output)).toThrow(expect.objectContaining({ code: 'INTERNAL_ERROR' }));
  });
});
