import { describe, expect, it } from 'vitest';
import { decodeBase64 } from '../../../../src/scoring/python/base64-text.ts';

describe('decodeBase64', () => {
  it.each<[string, number[] | undefined]>([
    ['AQID', [1, 2, 3]],
    ['AQ==', [1]],
    ['', []],
    ['A Q!I\nDé', [1, 2, 3]],
    ['====', []],
    ['AQ==AQID', [1]],
    ['AQ=ID', [1, 2, 3]],
    ['A', undefined],
    ['AQI', undefined],
  ])('reads %j as %j', (text, bytes) => {
    const decoded = decodeBase64(text);

    expect(decoded && [...decoded]).toEqual(bytes);
  });
});
