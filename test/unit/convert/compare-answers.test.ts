import { describe, expect, it } from 'vitest';
import { compareAnswers } from '../../../src/convert/compare-answers.ts';
import { parseJson } from '../../../src/scoring/json/parse-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text), { maxDepth: 20 });
const compare = (expected: string, got: string, floor = 0) =>
  compareAnswers(parse(expected), parse(got), { relative: 1e-6, floorOf: () => floor });

describe('compareAnswers', () => {
  it.each([
    {
      name: 'the same',
      expected: '{"predictions": [1, "a", true]}',
      got: '{"predictions": [1, "a", true]}',
    },
    {
      name: 'numbers within the tolerance',
      expected: '{"predictions": [1.0]}',
      got: '{"predictions": [1.0000005]}',
    },
    { name: 'NaN twice', expected: '{"predictions": [NaN]}', got: '{"predictions": [NaN]}' },
    { name: '0 and -0', expected: '[0.0]', got: '[-0.0]' },
    { name: 'keys in another order', expected: '[{"a": 1, "b": 2}]', got: '[{"b": 2, "a": 1}]' },
    { name: 'Infinity twice', expected: '[Infinity]', got: '[Infinity]' },
  ])('finds no difference: $name', ({ expected, got }) => {
    expect(compare(expected, got).differences).toEqual([]);
  });

  it.each([
    { name: 'a number', expected: '[1.0]', got: '[1.00001]', kind: 'number' },
    { name: 'NaN for a number', expected: '[1.0]', got: '[NaN]', kind: 'number' },
    { name: 'the other infinity', expected: '[Infinity]', got: '[-Infinity]', kind: 'number' },
    { name: 'another class', expected: '[1]', got: '[0]', kind: 'label' },
    { name: 'another text', expected: '["a"]', got: '["b"]', kind: 'label' },
    { name: 'a float for an int', expected: '[1]', got: '[1.0]', kind: 'structure' },
    { name: 'null for a number', expected: '[1.0]', got: '[null]', kind: 'structure' },
    { name: 'a list for a number', expected: '[1.0]', got: '[[1.0]]', kind: 'structure' },
    { name: 'fewer rows', expected: '[1.0, 2.0]', got: '[1.0]', kind: 'structure' },
    { name: 'other keys', expected: '[{"a": 1}]', got: '[{"b": 1}]', kind: 'structure' },
  ])('says what differs: $name', ({ expected, got, kind }) => {
    expect(compare(expected, got).differences).toMatchObject([{ kind }]);
  });

  it('keeps the worst difference of each row', () => {
    const { differences } = compare(
      '{"predictions": [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]}',
      '{"predictions": [[1.1, 1.2], [1.0, 1.0], [1.0, 2]]}',
    );

    expect(differences).toMatchObject([
      { row: 0, kind: 'number', path: 'predictions[0][1]', expected: '1', got: '1.2' },
      { row: 2, kind: 'structure', path: 'predictions[2][1]' },
    ]);
  });

  it('tells the largest error, within the tolerance or not, of the larger number', () => {
    expect(compare('[2.0, 1.0]', '[1.0, 1.0]').largestError).toBeCloseTo(0.5);
  });

  it('holds numbers near 0 against the floor of their output', () => {
    expect(compare('[1e-12]', '[2e-12]').differences).toHaveLength(1);
    expect(compare('[1e-12]', '[2e-12]', 1e-3).differences).toEqual([]);
  });

  it('does not overflow between huge numbers', () => {
    expect(compare('[1.7e308]', '[-1.7e308]').differences).toMatchObject([{ error: 2 }]);
  });
});
