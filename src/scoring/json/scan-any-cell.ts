import { HAS_FLOAT, HAS_INT, HAS_NULL } from '../../model/json-value.ts';
import { DOT, MINUS, PLUS, ZERO } from './bytes.ts';
import { exactDouble } from './exact-double.ts';

/** What a scan answers where no number or null stands. */
export const NOT_A_CELL = -1;

/** Digits that `exactDouble` takes, and in each of its halves. */
const MAX_DIGITS = 18;
const HALF_DIGITS = 9;

/** Beyond this every double is 0 or Infinity, whatever the digits. */
const MAX_EXPONENT = 1_000_000_000;

/**
 * Read one number in any notation, or null, into `values[index]` and `kinds[slot]`.
 *
 * Units: `start` and the result are byte positions; the text ends in a NUL byte.
 * @returns the position after it; NOT_A_CELL for anything else, an integer beyond ±(2^53 - 1)
 *   among it, and then nothing was stored
 */
export function scanAnyCell(
  bytes: Buffer,
  start: number,
  values: Float64Array,
  index: number,
  kinds: Uint8Array,
  slot: number,
): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  const whole = skipDigits(bytes, first);
  if (whole === first) return scanWord(bytes, start, values, index, kinds, slot);
  if (bytes[first] === ZERO && whole > first + 1) return NOT_A_CELL;
  let end = whole;
  if (bytes[end] === DOT) {
    end = skipDigits(bytes, whole + 1);
    if (end === whole + 1) return NOT_A_CELL;
  }
  const mantissa = end;
  if ((bytes[end]! | 0x20) === 0x65) {
    const sign = bytes[end + 1] === PLUS || bytes[end + 1] === MINUS ? 1 : 0;
    end = skipDigits(bytes, mantissa + 1 + sign);
    if (end === mantissa + 1 + sign) return NOT_A_CELL;
  }
  const isFloat = end > whole;
  const value = number(bytes, first, whole, mantissa, end);
  if (!isFloat && value > Number.MAX_SAFE_INTEGER) return NOT_A_CELL;
  // Python's `-0` is the int 0, without a sign.
  values[index] = first > start && (isFloat || value !== 0) ? -value : value;
  kinds[slot]! |= isFloat ? HAS_FLOAT : HAS_INT;
  return end;
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start;
  while ((bytes[at]! - ZERO) >>> 0 <= 9) at++;
  return at;
}

/** The number without its sign; its whole part ends at `whole`, its digits at `mantissa`. */
function number(
  bytes: Buffer,
  first: number,
  whole: number,
  mantissa: number,
  end: number,
): number {
  let upper = 0;
  let lower = 0;
  let digits = 0;
  for (let at = first; at < mantissa; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || (digit === 0 && digits === 0)) continue;
    if (digits < HALF_DIGITS) upper = upper * 10 + digit;
    else if (digits < MAX_DIGITS) lower = lower * 10 + digit;
    digits++;
  }
  const decimals = mantissa === whole ? 0 : mantissa - whole - 1;
  const power = exponent(bytes, mantissa, end) - decimals;
  const value = digits > MAX_DIGITS ? Number.NaN : exactDouble(upper, lower, digits, power);
  return Number.isNaN(value) ? Number(bytes.toString('latin1', first, end)) : value;
}

/** Value of the exponent from its `e` on; far out it is only "very large". */
function exponent(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start + 1; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && value < MAX_EXPONENT) value = value * 10 + digit;
  }
  return bytes[start + 1] === MINUS ? -value : value;
}

/** Read `null`, `NaN`, `Infinity` or `-Infinity`. */
function scanWord(
  bytes: Buffer,
  start: number,
  values: Float64Array,
  index: number,
  kinds: Uint8Array,
  slot: number,
): number {
  const word = findWord(bytes[start]!);
  if (word === undefined || !startsWith(bytes, start, word.text)) return NOT_A_CELL;
  values[index] = word.value;
  kinds[slot]! |= word.kind;
  return start + word.text.length;
}

const NULL = { text: 'null', value: Number.NaN, kind: HAS_NULL };
const NOT_A_NUMBER = { text: 'NaN', value: Number.NaN, kind: HAS_FLOAT };
const INFINITY = { text: 'Infinity', value: Number.POSITIVE_INFINITY, kind: HAS_FLOAT };
const MINUS_INFINITY = { text: '-Infinity', value: Number.NEGATIVE_INFINITY, kind: HAS_FLOAT };

function findWord(byte: number): typeof NULL | undefined {
  switch (byte) {
    case 0x6e:
      return NULL;
    case 0x4e:
      return NOT_A_NUMBER;
    case 0x49:
      return INFINITY;
    case MINUS:
      return MINUS_INFINITY;
    default:
      return undefined;
  }
}

/** Whether the ASCII `word` stands at `start`. */
export function startsWith(bytes: Uint8Array, start: number, word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    if (bytes[start + i] !== word.charCodeAt(i)) return false;
  }
  return true;
}
