import { describe, expect, it } from 'vitest';
import { guessFormat } from '../../../../src/scoring/dates/guess-format.ts';

const NOW = Date.UTC(2026, 6, 15);

describe('guessFormat', () => {
  it.each([
    ['2020-01-02', '%Y-%m-%d'],
    ['2020/1/2', '%Y/%m/%d'],
    ['2020-01-02T03:04:05', '%Y-%m-%dT%H:%M:%S'],
    ['2020-01-02 03:04:05.5', '%Y-%m-%d %H:%M:%S.%f'],
    ['2020-01-02T03:04:05Z', '%Y-%m-%dT%H:%M:%S%z'],
    ['2020-01-02T03:04:05+05:30', '%Y-%m-%dT%H:%M:%S%z'],
    ['20200102', '%Y%m%d'],
    ['20200102030405', '%Y%m%d%H%M%S'],
    ['2020', '%Y'],
    ['2020-05', '%Y-%m'],
    ['09/13/2023', '%m/%d/%Y'],
    ['13/09/2023', '%d/%m/%Y'],
    ['Tue 24 Aug 2021 01:30:48 AM', '%a %d %b %Y %I:%M:%S %p'],
    ['December 30, 2011', '%B %d, %Y'],
    ['30-Dec-2011', '%d-%b-%Y'],
  ])('guesses %s as %s', (text, format) => {
    expect(guessFormat(text, NOW)?.text).toBe(format);
  });

  it.each([
    '2023|September|13',
    '10:30',
    'May 2020',
    '1Q2020',
    'soon',
    '13/13/2023',
    '2020-01-02T03:04:05 XYZ',
  ])('guesses nothing for %s', (text) => {
    expect(guessFormat(text, NOW)?.text).toBe(
      text.endsWith('XYZ') ? '%Y-%m-%dT%H:%M:%S XYZ' : undefined,
    );
  });
});
