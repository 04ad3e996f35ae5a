import { describe, expect, it } from 'vitest';
import { pythonFloatOf, pythonInt } from '../../../src/model/number-text.ts';

describe('pythonInt', () => {
  it.each<[string, bigint | undefined]>([
    [' +7\n', 7n],
    ['-1_000', -1000n],
    ['007', 7n],
    ['١٢', 12n],
    ['𝟙𝟘', 10n],
    ['\u00a05\u3000', 5n],
    ['99999999999999999999', 99_999_999_999_999_999_999n],
    ['1.0', undefined],
    ['1__0', undefined],
    ['_1', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['+ 1', undefined],
    ['9'.repeat(4301), undefined],
  ])('reads %s', (text, value) => {
    expect(pythonInt(text)).toBe(value);
  });
});

describe('pythonFloatOf', () => {
  it.each<[string, number | undefined]>([
    ['1.5', 1.5],
    ['.5', 0.5],
    ['5.', 5],
    [' 1e3 ', 1000],
    ['1_0.0_1e1_0', 10.01e10],
    ['-0', -0],
    ['1e400', Infinity],
    ['nan', Number.NaN],
    ['-Infinity', -Infinity],
    ['+INF', Infinity],
    ['٣.٥', 3.5],
    ['.', undefined],
    ['1e', undefined],
    ['1,5', undefined],
    ['0x10', undefined],
    ['infin', undefined],
  ])('reads %s', (text, value) => {
    expect(pythonFloatOf(text)).toBe(value);
  });
});

describe('number texts of a million characters', () => {
  it.each([
    ['digits', `${'1'.repeat(1_000_000)}x`],
    ['underscores', '1_'.repeat(500_000)],
    ['blanks inside', `x${' '.repeat(1_000_000)}x`],
  ])('are refused in linear time: %s', (_name, text) => {
    const start = performance.now();

    expect(pythonInt(text)).toBeUndefined();
    expect(pythonFloatOf(text)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
