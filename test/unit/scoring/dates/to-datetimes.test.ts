import { describe, expect, it } from 'vitest';
import type { PyValue } from '../../../../src/model/py-value.ts';
import { toDatetimes } from '../../../../src/scoring/dates/to-datetimes.ts';
import { inferColumn } from '../../../../src/scoring/frame/infer-column.ts';

const NOW = Date.UTC(2026, 6, 15, 12, 30);

/** ISO text of each cell, or the dtype when it is not datetime64[ns]. */
function dates(...cells: PyValue[]): string | string[] {
  const { dtype, data } = toDatetimes(inferColumn('a', cells), NOW);
  if (dtype !== 'datetime64[ns]') return dtype;
  return Array.from(data as BigInt64Array, (ns) =>
    ns === -(2n ** 63n) ? 'NaT' : new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 23),
  );
}

const day = (text: string) => `${text}T00:00:00.000`;

describe('toDatetimes', () => {
  it.each<{ name: string; cells: PyValue[]; expected: string[] }>([
    {
      name: 'ISO dates',
      cells: ['2020-01-02', null, 'NaT'],
      expected: [day('2020-01-02'), 'NaT', 'NaT'],
    },
    {
      name: 'ISO dates of any fraction',
      cells: ['2020-01-01T00:00:00.5', '2020-01-01T00:00:00.123456789'],
      expected: ['2020-01-01T00:00:00.500', '2020-01-01T00:00:00.123'],
    },
    {
      name: 'month first',
      cells: ['01/02/2020', '12/31/1999'],
      expected: [day('2020-01-02'), day('1999-12-31')],
    },
    {
      name: 'day first where the month would be too large',
      cells: ['13/02/2020', '01/02/2020'],
      expected: [day('2020-02-13'), day('2020-02-01')],
    },
    {
      name: 'names of months',
      cells: ['Jan 5 2020', 'Feb 29 2020'],
      expected: [day('2020-01-05'), day('2020-02-29')],
    },
    {
      name: 'a 12-hour clock',
      cells: ['01/02/2020 03:04 PM'],
      expected: ['2020-01-02T15:04:00.000'],
    },
    {
      name: 'digits only',
      cells: ['20200105', 20_200_106n],
      expected: [day('2020-01-05'), day('2020-01-06')],
    },
    { name: 'a year', cells: ['2020'], expected: [day('2020-01-01')] },
    {
      name: 'a quarter',
      cells: ['2Q2005', '2005-Q4'],
      expected: [day('2005-04-01'), day('2005-10-01')],
    },
    { name: 'a time of today', cells: ['10:30'], expected: ['2026-07-15T10:30:00.000'] },
    {
      name: 'this moment',
      cells: ['now', 'today'],
      expected: ['2026-07-15T12:30:00.000', '2026-07-15T12:30:00.000'],
    },
    {
      name: 'two-digit years',
      cells: ['5/6/70', '5/6/20'],
      expected: [day('2070-05-06'), day('2020-05-06')],
    },
    {
      name: 'nanoseconds',
      cells: [1_577_836_800_000_000_000n, null],
      expected: [day('2020-01-01'), 'NaT'],
    },
    {
      name: 'texts and numbers without a common format',
      cells: ['1Q2020', 0n],
      expected: [day('2020-01-01'), day('1970-01-01')],
    },
  ])('reads $name', ({ cells, expected }) => {
    expect(dates(...cells)).toEqual(expected);
  });

  it.each<{ cells: PyValue[] }>([
    { cells: ['2020-01-01T00:00:00Z'] },
    { cells: ['2020-01-01T00:00:00+02:00', '2020-01-01T00:00:00+03:00'] },
    { cells: ['Jan 5 2020 10:00 UTC'] },
  ])('leaves dates with a zone to the strict step: $cells', ({ cells }) => {
    expect(dates(...cells)).toBe('datetime64[tz]');
  });

  it.each<{ name: string; cells: PyValue[]; row: number }>([
    { name: 'another format than the first', cells: ['2020-01-01', '02/01/2020'], row: 1 },
    { name: 'a day that is none', cells: ['2021-02-29'], row: 0 },
    { name: 'a year beyond nanoseconds', cells: ['9999-01-01'], row: 0 },
    { name: 'words', cells: ['soon'], row: 0 },
    { name: 'small numbers in text', cells: ['12'], row: 0 },
    { name: 'lists', cells: ['2020-01-01', [1n]], row: 1 },
    {
      name: 'an integer beyond 64 bits among objects',
      cells: [null, 'Jan 2020', 2n ** 64n],
      row: 2,
    },
  ])('refuses $name', ({ cells, row }) => {
    expect(() => dates(...cells)).toThrow(expect.objectContaining({ row }));
  });

  it('refuses bools', () => {
    expect(() => dates(true)).toThrow('dates, not true and false');
  });
});
