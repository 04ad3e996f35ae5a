import { describe, expect, it } from 'vitest';
import type { CsvCells } from '../../../../src/scoring/csv/infer-cells.ts';
import { joinBlocks } from '../../../../src/scoring/csv/join-blocks.ts';

const INTEGERS: CsvCells = { dtype: 'int64', data: BigInt64Array.of(1n, 2n) };
const UNSIGNED: CsvCells = { dtype: 'uint64', data: BigUint64Array.of(2n ** 63n) };
const DOUBLES: CsvCells = { dtype: 'float64', data: Float64Array.of(1.5, Number.NaN) };
const BOOLS: CsvCells = { dtype: 'bool', data: Uint8Array.of(1, 0) };
const TEXTS: CsvCells = { dtype: 'object', data: ['x', Number.NaN] };

// What pandas 2.3.3 makes of a CSV text whose parts, read on their own, differ in dtype.
describe('joinBlocks', () => {
  it.each([
    {
      name: 'equal dtypes',
      blocks: [INTEGERS, INTEGERS],
      expected: { dtype: 'int64', data: BigInt64Array.of(1n, 2n, 1n, 2n) },
    },
    {
      name: 'texts',
      blocks: [TEXTS, TEXTS],
      expected: { dtype: 'object', data: ['x', Number.NaN, 'x', Number.NaN] },
    },
    {
      name: 'integers and floats',
      blocks: [INTEGERS, DOUBLES],
      expected: { dtype: 'float64', data: Float64Array.of(1, 2, 1.5, Number.NaN) },
    },
    {
      name: 'signed and unsigned integers',
      blocks: [INTEGERS, UNSIGNED],
      expected: { dtype: 'float64', data: Float64Array.of(1, 2, 2 ** 63) },
    },
    {
      name: 'bools and integers',
      blocks: [BOOLS, INTEGERS],
      expected: { dtype: 'object', data: [1n, 0n, 1n, 2n] },
    },
    {
      name: 'bools, integers and floats',
      blocks: [BOOLS, INTEGERS, DOUBLES],
      expected: { dtype: 'object', data: [1, 0, 1, 2, 1.5, Number.NaN] },
    },
    {
      name: 'anything and texts',
      blocks: [BOOLS, INTEGERS, TEXTS],
      expected: { dtype: 'object', data: [true, false, 1n, 2n, 'x', Number.NaN] },
    },
  ])('joins $name', ({ blocks, expected }) => {
    expect(joinBlocks(blocks)).toEqual(expected);
  });

  it('keeps a single block as it is', () => {
    expect(joinBlocks([DOUBLES])).toBe(DOUBLES);
  });
});
