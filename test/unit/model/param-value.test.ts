import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/model/json-value.ts';
import { paramScalar } from '../../../src/model/param-value.ts';
import type { ScalarType } from '../../../src/model/signature.ts';

describe('paramScalar', () => {
  it.each<[ScalarType, JsonValue, unknown]>([
    ['long', null, null],
    ['boolean', true, true],
    ['integer', 2n ** 40n, 2n ** 40n],
    ['double', 1n, 1],
    ['float', 0.1, 0.1],
    ['string', 'a', 'a'],
    ['datetime', '2024-01-02', { kind: 'date', ns: 1_704_153_600_000_000_000n }],
    ['datetime', '2024-01-02T00:00:00.5', { kind: 'datetime', ns: 1_704_153_600_500_000_000n }],
    ['datetime', 'NaT', null],
  ])('gives a %s param what it was sent: %s', (type, sent, value) => {
    const result = paramScalar(sent, type);

    expect(result).toEqual({ value });
  });

  it.each<[ScalarType, JsonValue]>([
    ['boolean', 1n],
    ['long', 2],
    ['long', true],
    ['double', '1'],
    ['double', 10n ** 400n],
    ['string', 1n],
    ['datetime', 1n],
    ['datetime', 'soon'],
    ['datetime', '2024-01-02T00:00:00.1234567'],
    ['datetime', '10000-01-01'],
    ['long', []],
  ])('refuses for a %s param %s', (type, sent) => {
    const result = paramScalar(sent, type);

    expect(result).toHaveProperty('problem');
  });
});
