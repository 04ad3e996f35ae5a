import { describe, expect, it } from 'vitest';
import type { Dtype } from '../../../../src/model/dtype.ts';
import { type Column, column } from '../../../../src/model/frame.ts';
import type { ScalarType } from '../../../../src/model/signature.ts';
import { allocate } from '../../../../src/model/storage.ts';
import { enforceColumn } from '../../../../src/scoring/strict/enforce-column.ts';

const TYPES: ScalarType[] = [
  'boolean',
  'integer',
  'long',
  'float',
  'double',
  'string',
  'binary',
  'datetime',
];

/** The dtype that each type makes of a column; '-' where it is refused. */
function matrixRow(input: Column): string[] {
  return TYPES.map((type) => {
    try {
      return enforceColumn(input, type).dtype;
    } catch (error) {
      expect(error).toMatchObject({ name: 'CastError' });
      return '-';
    }
  });
}

const empty = (dtype: Dtype): Column => column('a', dtype, allocate(dtype, 1) as never);
const ints = (...cells: bigint[]): Column => column('a', 'int64', new BigInt64Array(cells));
const objects = (...cells: never[] | unknown[]): Column => column('a', 'object', cells as never);

describe('enforceColumn', () => {
  it.each<{ name: string; input: Column; row: string[] }>([
    { name: 'bool', input: empty('bool'), row: ['bool', '-', '-', '-', '-', '-', '-', '-'] },
    {
      name: 'int16',
      input: empty('int16'),
      row: ['-', 'int32', 'int64', '-', 'float64', '-', '-', '-'],
    },
    {
      name: 'int32',
      input: empty('int32'),
      row: ['-', 'int32', 'int64', '-', 'float64', '-', '-', '-'],
    },
    {
      name: 'uint32',
      input: empty('uint32'),
      row: ['-', '-', 'int64', '-', 'float64', '-', '-', '-'],
    },
    {
      name: 'int64 of 0 and 1',
      input: ints(0n, 1n),
      row: ['-', '-', 'int64', 'float32', 'float64', '-', '-', '-'],
    },
    { name: 'other int64', input: ints(2n), row: ['-', '-', 'int64', '-', '-', '-', '-', '-'] },
    { name: 'uint64', input: empty('uint64'), row: ['-', '-', '-', '-', '-', '-', '-', '-'] },
    {
      name: 'float16',
      input: empty('float16'),
      row: ['-', '-', '-', 'float32', 'float64', '-', '-', '-'],
    },
    {
      name: 'float64',
      input: empty('float64'),
      row: ['-', '-', '-', '-', 'float64', '-', '-', '-'],
    },
    {
      name: 'text',
      input: objects('a'),
      row: ['object', '-', '-', '-', '-', 'object', 'object', '-'],
    },
    {
      name: 'numeric text',
      input: objects('1'),
      row: ['object', '-', '-', '-', 'int64', 'object', 'object', '-'],
    },
    {
      name: 'dates in text',
      input: objects('2020-01-01'),
      row: ['object', '-', '-', '-', '-', 'object', 'object', 'datetime64[ns]'],
    },
    {
      name: 'bools and null',
      input: objects(true, null),
      row: ['object', '-', '-', '-', 'float64', 'object', 'object', '-'],
    },
    {
      name: 'ints kept as objects',
      input: objects(1n),
      row: ['-', '-', 'int64', 'float32', 'float64', 'object', 'object', '-'],
    },
    {
      name: 'dates of days',
      input: empty('datetime64[D]'),
      row: ['-', '-', '-', '-', '-', '-', '-', 'datetime64[ns]'],
    },
    {
      name: 'dates with a zone',
      input: empty('datetime64[tz]'),
      row: ['-', '-', '-', '-', '-', '-', '-', '-'],
    },
    { name: 'categories', input: empty('category'), row: ['-', '-', '-', '-', '-', '-', '-', '-'] },
  ])('turns $name into $row', ({ input, row }) => {
    expect(matrixRow(input)).toEqual(row);
  });

  it('hints at missing integers', () => {
    const input = column('a', 'float64', new Float64Array([1, Number.NaN]));

    expect(() => enforceColumn(input, 'long')).toThrow('declare it as double');
  });

  it('refuses dates beyond nanoseconds', () => {
    const input = column('a', 'datetime64[s]', new BigInt64Array([0n, 10n ** 12n]));

    expect(() => enforceColumn(input, 'datetime')).toThrow(expect.objectContaining({ row: 1 }));
  });
});
