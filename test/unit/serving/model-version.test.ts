import { describe, expect, it } from 'vitest';
import { diskKey, versionKey } from '../../../src/serving/model-version.ts';

const WINE = { name: 'wine', version: '3', source: 's3://bucket/wine', digest: 'd1', tags: {} };

describe('the keys of a version', () => {
  it('keep the part that Node needs apart from the whole', () => {
    const part = { ...WINE, isServingPart: true } as const;

    expect(diskKey(part)).not.toBe(diskKey(WINE));
    expect(versionKey(part)).not.toBe(versionKey(WINE));
  });

  it('are the same for the same bytes', () => {
    expect(diskKey({ ...WINE, source: 's3://other/wine' })).toBe(diskKey(WINE));
  });
});
