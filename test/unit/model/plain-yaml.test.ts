import { describe, expect, it } from 'vitest';
import { readPlainYaml } from '../../../src/model/plain-yaml.ts';

describe('readPlainYaml', () => {
  it.each([
    {
      name: 'a map of scalars',
      text: 'a: 1\nb: x y\nc: null\n',
      value: { a: 1, b: 'x y', c: null },
    },
    { name: 'maps in maps', text: 'a:\n  b:\n    c: true\n', value: { a: { b: { c: true } } } },
    { name: 'a list beside its key', text: 'a:\n- x\n- 2\nb: 1\n', value: { a: ['x', 2], b: 1 } },
    { name: 'a list further in', text: 'a:\n  - x\n  - y\n', value: { a: ['x', 'y'] } },
    { name: 'lists in lists', text: '- - a\n  - b\n- c\n', value: [['a', 'b'], 'c'] },
    { name: 'maps in lists', text: '- a: 1\n  b: 2\n- a: 3\n', value: [{ a: 1, b: 2 }, { a: 3 }] },
    { name: 'empty collections', text: 'a: {}\nb: []\nc:\n', value: { a: {}, b: [], c: null } },
    {
      name: 'plain text on two lines',
      text: 'a: one\n  two\n\n  three\n',
      value: { a: 'one two\nthree' },
    },
    {
      name: 'single quotes on two lines',
      text: "a: 'it''s\n\n  \"x\": y'\n",
      value: { a: 'it\'s\n"x": y' },
    },
    {
      name: 'double quotes with escapes and joined lines',
      text: 'a: "t\\tx\\u00e9\\U0001F600\\\n  \\ end"\n',
      value: { a: 't\txé😀 end' },
    },
    { name: 'quoted keys', text: '\'a: b\': 1\n"c\\n": 2\n', value: { 'a: b': 1, 'c\n': 2 } },
    { name: 'a quoted item that looks like a key', text: "- 'a: b'\n", value: ['a: b'] },
    { name: 'the last of two equal keys', text: 'a: 1\na: 2\n', value: { a: 2 } },
  ])('reads $name', ({ text, value }) => {
    expect(readPlainYaml(text)).toEqual(value);
  });

  it.each([
    { name: 'anchors', text: 'a: &x 1\nb: *x\n' },
    { name: 'flow maps', text: 'a: {b: 1}\n' },
    { name: 'block scalars', text: 'a: |\n  x\n' },
    { name: 'tags', text: 'a: !!binary eA==\n' },
    { name: 'comments', text: 'a: 1 # one\n' },
    { name: 'documents', text: '---\na: 1\n' },
    { name: 'complex keys', text: '? a\n: 1\n' },
    { name: 'merge keys', text: '<<: a\n' },
    { name: 'tabs', text: 'a:\t1\n' },
    { name: 'carriage returns', text: 'a: 1\r\n' },
    { name: 'a quote that does not end', text: "a: 'x\n" },
    { name: 'text behind a quote', text: "a: 'x' y\n" },
    { name: 'an unknown escape', text: 'a: "\\q"\n' },
    { name: 'a deeper line behind a scalar in a list', text: '- a\n - b: 1\n' },
    { name: 'uneven indents', text: 'a:\n    b: 1\n  c: 2\n' },
    { name: 'very deep nesting', text: `${'- '.repeat(200)}a\n` },
  ])('leaves $name to a full parser', ({ text }) => {
    expect(readPlainYaml(text)).toBeUndefined();
  });

  it('keeps __proto__ as a key', () => {
    const value = readPlainYaml('__proto__:\n  x: 1\n') as object;

    expect(Object.keys(value)).toEqual(['__proto__']);
    expect((value as { x?: number }).x).toBeUndefined();
  });

  it('reads a text of fifty thousand lines in one pass', () => {
    const text = `a: '${'x'.repeat(70)}\n${`  ${'y'.repeat(70)}\n`.repeat(50_000)}  end'\n`;

    const value = readPlainYaml(text) as { a: string };

    expect(value.a).toHaveLength(70 + 71 * 50_000 + 4);
  });
});
