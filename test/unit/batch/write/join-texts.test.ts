import { describe, expect, it } from 'vitest';
import { joinTexts } from '../../../../src/batch/write/join-texts.ts';
import { encodeTails } from '../../../../src/batch/write/row-tails.ts';

describe('joinTexts', () => {
  it('joins more than fits one slab', () => {
    const parts = ['a', 'é', 'b'].map((letter) => letter.repeat(9_000_000));

    const bytes = joinTexts(3, (texts, at) => texts + parts[at]);

    expect(Buffer.from(parts.join('')).equals(bytes)).toBe(true);
  });
});

describe('encodeTails', () => {
  it('counts bytes, of short and long texts', () => {
    const tails = ['1', 'é', '', 'x'.repeat(100), 'é'.repeat(100)];

    expect(Array.from(encodeTails(5, (row) => tails[row] as string).ends)).toEqual([
      1, 3, 3, 103, 303,
    ]);
  });
});
