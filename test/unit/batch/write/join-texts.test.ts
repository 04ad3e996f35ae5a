import { describe, expect, it } from 'vitest';
import { joinTexts } from '../../../../src/batch/write/join-texts.ts';

describe('joinTexts', () => {
  it('joins more than fits one slab', () => {
    const parts = ['a', 'é', 'b'].map((letter) => letter.repeat(9_000_000));

    const bytes = joinTexts(3, (texts, at) => texts + parts[at]);

    expect(Buffer.from(parts.join('')).equals(bytes)).toBe(true);
  });
});
