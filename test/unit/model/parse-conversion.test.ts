import { describe, expect, it } from 'vitest';
import type { Conversion } from '../../../src/model/conversion.ts';
import { parseConversion } from '../../../src/model/parse-conversion.ts';

const whole: Conversion = {
  format: 1,
  flavor: 'sklearn',
  predict_fn: 'predict_proba',
  converter: 'skl2onnx 1.20.0',
  input: {
    kind: 'array',
    input: 'X',
    dtype: 'float64',
    rank: 2,
    columns: ['a', 'b'],
    names: 'same',
    arrays: 'cast',
    text_arrays: 'refuse',
    objects: 'parse',
  },
  output: { kind: 'array', output: 'probabilities', dtype: 'float64', shape: 'keep' },
  refuses: [
    { column: '*', when: 'nan' },
    { column: 'a', when: 'unknown', values: ['x', 1] },
  ],
  refuses_empty: true,
  is_float32: false,
};

const column = { name: 'city', input: 'city', dtype: 'object', missing: '' };

describe('parseConversion', () => {
  it.each<[string, Conversion]>([
    ['one array', whole],
    ['columns', { ...whole, input: { kind: 'columns', columns: [column] } }],
    ['named arrays', { ...whole, input: { kind: 'named', inputs: [column] } }],
  ])('reads a model of %s', (_, conversion) => {
    expect(parseConversion(JSON.stringify(conversion))).toEqual(conversion);
  });

  it('says that a newer release is needed for a newer format', () => {
    expect(() => parseConversion(JSON.stringify({ ...whole, format: 2 }))).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining('converted by a newer release'),
      }),
    );
  });

  it.each<[string, unknown, string]>([
    ['no object', [], 'its top must be an object'],
    ['no format', { ...whole, format: 'one' }, 'format must be 1'],
    ['a missing key', { ...whole, refuses: undefined }, 'refuses is missing'],
    ['an unknown key', { ...whole, outputs: [] }, 'outputs is not known'],
    ['an unknown kind', { ...whole, input: { kind: 'list' } }, 'input.kind must be one of'],
    ['no columns', { ...whole, input: { kind: 'columns', columns: [] } }, 'input.columns is empty'],
    [
      'a dtype that numpy lacks',
      { ...whole, output: { ...whole.output, dtype: 'double' } },
      'output.dtype must be a name of numpy',
    ],
    [
      'values without a reason',
      { ...whole, refuses: [{ column: 'a', when: 'nan', values: [] }] },
      'refuses[0].values belongs to "unknown"',
    ],
    [
      'a rank of nothing',
      { ...whole, input: { ...whole.input, rank: 0 } },
      'input.rank must be a whole number',
    ],
  ])('refuses %s and names the key', (_, value, message) => {
    expect(() => parseConversion(JSON.stringify(value))).toThrow(
      expect.objectContaining({
        code: 'INVALID_PARAMETER_VALUE',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('refuses what is no JSON', () => {
    expect(() => parseConversion('{')).toThrow('not valid JSON; convert the model again');
  });
});
