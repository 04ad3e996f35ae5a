import { describe, expect, it } from 'vitest';
import { ndArray, sizeOf } from '../../../src/model/nd-array.ts';
import { pythonStr } from '../../../src/model/python-text.ts';

const texts = (shape: readonly number[], cells: readonly string[]): string =>
  pythonStr(
    ndArray(
      'str',
      shape,
      Array.from({ length: sizeOf(shape) }, (_, i) => cells[i % cells.length] as string),
    ),
  );

/** What numpy 2.4.6 prints. */
describe('an array as text', () => {
  it.each([
    { shape: [1], cells: ['1'], text: "['1']" },
    { shape: [0], cells: [], text: '[]' },
    { shape: [3, 0], cells: [], text: '[]' },
    { shape: [3], cells: ["it's", 'q"', 'a\nb'], text: "[\"it's\" 'q\"' 'a\\nb']" },
    { shape: [2, 2], cells: ['a', 'bb', 'c', 'd'], text: "[['a' 'bb']\n ['c' 'd']]" },
    {
      shape: [2, 2, 1],
      cells: ['a', 'b', 'c', 'd'],
      text: "[[['a']\n  ['b']]\n\n [['c']\n  ['d']]]",
    },
    {
      shape: [1001],
      cells: ['a', 'b', 'c', 'd', 'e'],
      text: "['a' 'b' 'c' ... 'd' 'e' 'a']",
    },
    {
      shape: [7, 200],
      cells: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
      text: "[['a' 'b' 'c' ... 'b' 'c' 'd']\n ['e' 'f' 'g' ... 'f' 'g' 'a']\n ['b' 'c' 'd' ... 'c' 'd' 'e']\n ...\n ['c' 'd' 'e' ... 'd' 'e' 'f']\n ['g' 'a' 'b' ... 'a' 'b' 'c']\n ['d' 'e' 'f' ... 'e' 'f' 'g']]",
    },
  ])('shows text of shape $shape', ({ shape, cells, text }) => {
    expect(texts(shape, cells)).toBe(text);
  });

  it('starts a new line where the next cell would pass 74 characters', () => {
    const ten = "'xxxxxxxxxx'";

    expect(texts([9], ['xxxxxxxxxx'])).toBe(
      `[${Array(5).fill(ten).join(' ')}\n ${Array(4).fill(ten).join(' ')}]`,
    );
  });

  it('gives a cell that fits nowhere its own line, and counts characters, not UTF-16 units', () => {
    const long = 'a'.repeat(100);
    const faces = '😀'.repeat(20);

    expect(texts([3], ['x', long, 'b'])).toBe(`['x'\n '${long}'\n 'b']`);
    expect(texts([4], [faces])).toBe(`['${faces}' '${faces}' '${faces}'\n '${faces}']`);
  });

  it.each([
    { array: ndArray('int64', [3], BigInt64Array.of(1n, -20n, 300n)), text: '[  1 -20 300]' },
    { array: ndArray('bool', [2], Uint8Array.of(1, 0)), text: '[ True False]' },
    { array: ndArray('bytes', [1], [Uint8Array.of(97)]), text: "[b'a']" },
    {
      array: ndArray('object', [4], [[1n, 2n], null, new Map([['a', 1n]]), 'x']),
      text: "[list([1, 2]) None {'a': 1} 'x']",
    },
  ])('shows $array.dtype', ({ array, text }) => {
    expect(pythonStr(array)).toBe(text);
  });
});
