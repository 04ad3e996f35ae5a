import { describe, expect, it } from 'vitest';
import { parsePandasIso } from '../../../../src/scoring/dates/pandas-iso.ts';

const at = (text: string) => BigInt(Date.parse(`${text}Z`)) * 1_000_000n;

describe('parsePandasIso', () => {
  it.each([
    ['2020', '2020-01-01T00:00'],
    ['2020-1-5', '2020-01-05T00:00'],
    ['2020.01.05', '2020-01-05T00:00'],
    ['20200105', '2020-01-05T00:00'],
    [' 2020-01-05 3:4', '2020-01-05T03:04'],
    ['20200105T030405', '2020-01-05T03:04:05'],
    ['2020-01-05T03:04:05.25', '2020-01-05T03:04:05.250'],
  ])('reads %j', (text, expected) => {
    expect(parsePandasIso(text)).toEqual({ ns: at(expected), offset: undefined });
  });

  it.each([
    ['2020-01-05T03Z', 0, '2020-01-05T03:00'],
    ['2020-01-05T03:00+5', 18_000, '2020-01-04T22:00'],
    ['2020-01-05T03:00 -01:30', -5400, '2020-01-05T04:30'],
  ])('reads the zone of %j', (text, offset, expected) => {
    expect(parsePandasIso(text)).toEqual({ ns: at(expected), offset });
  });

  it.each([
    '',
    '202001',
    '2020-',
    '2020-13',
    '2020-01/05',
    '2020-01-05T',
    '2020-01-05T5',
    '2020-01-05T25',
    '2020-01-05T03:',
    '01/05/2020',
  ])('refuses %j', (text) => {
    expect(parsePandasIso(text)).toBeUndefined();
  });

  it.each([
    '9999-01-01',
    '1677-09-21T00:12:43',
    '-2020-01-01',
  ])('is out of bounds for %j', (text) => {
    expect(parsePandasIso(text)).toBe('outOfBounds');
  });

  it('follows a format to its end', () => {
    expect(parsePandasIso('2020-01-05', '%Y-%m-%d')).toBeDefined();
    expect(parsePandasIso('2020/01/05', '%Y-%m-%d')).toBeUndefined();
    expect(parsePandasIso('2020-01', '%Y-%m-%d')).toBeUndefined();
    expect(parsePandasIso('2020-01-05T03:04', '%Y-%m-%d')).toBeUndefined();
  });
});
