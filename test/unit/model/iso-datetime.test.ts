import { describe, expect, it } from 'vitest';
import { NAT } from '../../../src/model/datetime.ts';
import { parseIsoDatetime } from '../../../src/model/iso-datetime.ts';

const NOON = Date.UTC(2026, 0, 2, 12);

describe('parseIsoDatetime', () => {
  it.each([
    ['1970-01-01', 0n, 'D'],
    ['2020-01', 1_577_836_800_000_000_000n, 'M'],
    ['2020-01-01T05', 1_577_854_800_000_000_000n, 'h'],
    ['2020-01-01 05:06', 1_577_855_160_000_000_000n, 'm'],
    ['2020-01-01T00:00:00.5', 1_577_836_800_500_000_000n, 'ms'],
    ['2020-01-01T00:00:00.123456789123', 1_577_836_800_123_456_789n, 'finer'],
    ['2020-01-01T02:00+02:00', 1_577_836_800_000_000_000n, 'm'],
    ['2020-01-01T00Z ', 1_577_836_800_000_000_000n, 'h'],
    // Only the first character counts as a sign.
    [' -2020', 1_577_836_800_000_000_000n, 'Y'],
    // Years that do not fit wrap around.
    ['20210101', 3_077_368_660_800_634_880n, 'Y'],
    ['1', -6_795_364_578_871_345_152n, 'Y'],
  ])('reads %j', (text, ns, unit) => {
    const parsed = parseIsoDatetime(text);

    expect(parsed).toMatchObject({ ns, unit });
  });

  it.each(['', 'NaT', 'nat'])('takes %j for missing', (text) => {
    expect(parseIsoDatetime(text)?.ns).toBe(NAT);
  });

  it('reads today and now by the clock it is given', () => {
    expect(parseIsoDatetime('today', NOON)?.ns).toBe(BigInt(Date.UTC(2026, 0, 2)) * 1_000_000n);
    expect(parseIsoDatetime('NOW', NOON)?.ns).toBe(BigInt(NOON) * 1_000_000n);
    expect(parseIsoDatetime('now')).toBeUndefined();
  });

  it.each([
    'x',
    '-',
    ' ',
    '2020-',
    '2020-1',
    '2020-13',
    '2021-02-29',
    '2020-01-01T',
    '2020-01-01 ',
    '2020-01-01T24',
    '2020-01-01T00:60',
    '2020-01-01T00:00 Z',
    '2020-01-01T00+1',
    '2020-01-01T00+24:00',
    '2020-01-01T00+01 ',
    '01/02/2020',
    '1.5',
    'é',
  ])('refuses %j', (text) => {
    expect(parseIsoDatetime(text)).toBeUndefined();
  });
});
