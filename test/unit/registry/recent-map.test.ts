import { describe, expect, it } from 'vitest';
import { createRecentMap } from '../../../src/registry/recent-map.ts';

describe('createRecentMap', () => {
  it('forgets what nobody asked for longest', () => {
    const map = createRecentMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);

    expect(map.get('a')).toBe(1);
    map.set('c', 3);

    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });

  it('keeps one value for each name', () => {
    const map = createRecentMap<number>(2);
    for (const value of [1, 2, 3]) map.set('a', value);
    map.set('b', 4);

    expect([map.get('a'), map.get('b')]).toEqual([3, 4]);
  });
});
