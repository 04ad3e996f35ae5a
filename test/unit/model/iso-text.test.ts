import { describe, expect, it } from 'vitest';
import { type Datetime, NAT } from '../../../src/model/datetime.ts';
import { isoText } from '../../../src/model/iso-text.ts';

describe('isoText', () => {
  it.each<[Datetime, string]>([
    [{ kind: 'timestamp', ns: 1_609_459_200_123_456_789n }, '2021-01-01T00:00:00.123456789'],
    [{ kind: 'timestamp', ns: 1_609_459_200_123_456_000n }, '2021-01-01T00:00:00.123456'],
    [
      { kind: 'timestamp', ns: 1_609_459_200_000_000_000n, offsetMinutes: 0 },
      '2021-01-01T00:00:00+00:00',
    ],
    [{ kind: 'datetime', ns: -1_000_000n, offsetMinutes: 60 }, '1970-01-01T00:59:59.999000+01:00'],
    [{ kind: 'date', ns: -62_135_596_800_000_000_000n }, '0001-01-01'],
    [{ kind: 'time', ns: 3_723_000_004_000n }, '01:02:03.000004'],
    [{ kind: 'timestamp', ns: NAT }, 'NaT'],
  ])('writes %o as %s', (datetime, text) => {
    expect(isoText(datetime)).toBe(text);
  });

  it('separates day and time by a blank as str() does', () => {
    expect(isoText({ kind: 'datetime', ns: 0n }, ' ')).toBe('1970-01-01 00:00:00');
  });
});
