import { describe, expect, it } from 'vitest';
import type { PackedNumbers } from '../../../../src/model/json-value.ts';
import { exactDouble } from '../../../../src/scoring/json/exact-double.ts';
import { parseJson } from '../../../../src/scoring/json/parse-json.ts';

/** mulberry32: the same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const next = random(7);
const below = (limit: number): number => Math.floor(next() * limit);
const digits = (count: number): string => Array.from({ length: count }, () => below(10)).join('');

/** Any finite double, by its bits. */
function anyDouble(): number {
  const bits = new Uint32Array([below(2 ** 32), below(2 ** 32)]);
  const value = new Float64Array(bits.buffer)[0]!;
  return Number.isFinite(value) ? Math.abs(value) : anyDouble();
}

/** The exact decimal text half way between a double and the next. */
function halfway(value: number): string {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]!;
  const exponent = Number(bits >> 52n);
  const mantissa = (bits & (2n ** 52n - 1n)) | (exponent > 0 ? 2n ** 52n : 0n);
  const power = (exponent || 1) - 1076;
  const odd = 2n * mantissa + 1n;
  if (power >= 0) return `${odd << BigInt(power)}.0`;
  const text = `${odd * 5n ** BigInt(-power)}`.padStart(-power + 1, '0');
  return `${text.slice(0, power)}.${text.slice(power)}`;
}

const KINDS: { name: string; make: () => string }[] = [
  { name: 'any double', make: () => anyDouble().toExponential() },
  { name: 'doubles between 0 and 1', make: () => `${next()}` },
  { name: 'doubles cut to some digits', make: () => anyDouble().toExponential(below(21)) },
  { name: 'short decimals', make: () => `${below(1000)}.${digits(1 + below(5))}` },
  {
    name: 'up to 40 digits',
    make: () => `${1 + below(9)}${digits(below(20))}.${digits(1 + below(20))}`,
  },
  {
    name: 'zeros after the point',
    make: () => `0.${'0'.repeat(below(30))}${digits(1 + below(20))}`,
  },
  {
    name: 'large and small powers',
    make: () => `${below(10)}.${digits(1 + below(18))}e${below(700) - 350}`,
  },
  { name: 'subnormals', make: () => (below(2 ** 31) * 5e-324).toExponential() },
  { name: 'halves between doubles', make: () => halfway(anyDouble()) },
  { name: 'halves between long ints', make: () => halfway(2 ** 53 + below(2 ** 31) * 2 ** 20) },
  { name: 'just above a half', make: () => `${halfway(next() * 100)}1` },
  {
    name: '16 to 18 digits with a power',
    make: () => `${1 + below(9)}${digits(15 + below(3))}e${below(60) - 40}`,
  },
];

describe('exactDouble', () => {
  it.each(KINDS)('reads $name bit for bit as Number does', ({ make }) => {
    const texts = Array.from({ length: 3000 }, make);
    const expected = texts.map(Number);

    const list = parseJson(Buffer.from(`[${texts}]`), { maxDepth: 9 }) as PackedNumbers;
    const wrong = texts.filter((_, i) => !Object.is(list.values[i], expected[i]));

    expect(list.values).toHaveLength(texts.length);
    expect(wrong).toEqual([]);
  });

  it('says so when it cannot tell', () => {
    // 2^53 + 1 lies half way between two doubles.
    expect(exactDouble(900719925, 4740993, 16, 0)).toBeNaN();
    expect(exactDouble(1, 0, 1, 400)).toBeNaN();
  });
});
