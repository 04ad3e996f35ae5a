import { describe, expect, it } from 'vitest';
import { dateutilTokens } from '../../../../src/scoring/dates/dateutil-lexer.ts';
import { parseDateutil } from '../../../../src/scoring/dates/dateutil-parser.ts';

describe('dateutilTokens', () => {
  it.each([
    ['10:36:28.5', ['10', ':', '36', ':', '28.5']],
    ['Sep.20.2009', ['Sep', '.', '20', '.', '2009']],
    ['12,5 a', ['12.5', ' ', 'a']],
    ['2020-01\t5', ['2020', '-', '01', ' ', '5']],
    ['a\0b', ['ab']],
  ])('splits %j', (text, tokens) => {
    expect(dateutilTokens(text)).toEqual(tokens);
  });
});

describe('parseDateutil', () => {
  it.each([
    [
      'Thu Sep 25 10:36:28 2003',
      { year: 2003, month: 9, day: 25, hour: 10, minute: 36, second: 28, hasWeekday: true },
    ],
    ['10h36m28.5s', { hour: 10, minute: 36, second: 28, microsecond: 500_000 }],
    ['3rd of May 2001', { year: 2001, month: 5, day: 3 }],
    ['19990101T2359', { year: 1999, month: 1, day: 1, hour: 23, minute: 59 }],
    ['990101', { year: 1999, month: 1, day: 1 }],
    ['10.35', { day: 10 }],
    ['Jan of 01', { year: 2001, month: 1 }],
    ['12am', { hour: 0 }],
    ['10:36.5', { hour: 10, minute: 36, second: 30 }],
    ['10:00 UTC+3', { hour: 10, zoneOffset: -10_800 }],
    ['10:00 -0300 (BRST)', { hour: 10, zoneOffset: -10_800, zoneName: 'BRST' }],
    ['10:00 GMT', { hour: 10, zoneOffset: 0, zoneName: 'GMT' }],
  ])('reads %s', (text, expected) => {
    expect(parseDateutil(text, 2026)).toMatchObject(expected);
  });

  it.each([
    'soon',
    '1 2 3 4',
    'pm',
    '5-Foo-2020',
    'Jan-',
    '2020 2021',
    '10:00 +',
  ])('finds no date in %s', (text) => {
    expect(parseDateutil(text, 2026)).toBeUndefined();
  });
});
