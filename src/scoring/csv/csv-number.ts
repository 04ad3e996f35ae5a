/** Powers of ten as pandas' table has them: 10^0 to 10^308, each correctly rounded. */
export const POWERS = Float64Array.from({ length: 309 }, (_, exponent) => Number(`1e${exponent}`));

/** pandas drops digits behind the 17th. */
export const MAX_DIGITS = 17;
/** Integers of so many digits are exact as JS numbers. */
export const MAX_EXACT_DIGITS = 15;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const SPACE = 32;

/** C's isspace in ASCII: blank, tab, LF, VT, FF, CR. */
const isSpace = (byte: number): boolean => byte === SPACE || (byte >= 9 && byte <= 13);

const isExponentMark = (byte: number | undefined): boolean => byte === 101 || byte === 69;

/**
 * Convert the text of one cell to a float64 exactly as pandas does by default.
 *
 * pandas rounds after each step and drops digits behind the 17th (leading zeros count), so the
 * result can differ from the nearest double by some units in the last place: that is wanted.
 *
 * @returns NaN when the text is no number: pandas has no numeric text that means NaN
 * @see pandas/_libs/src/parser/tokenizer.c, `precise_xstrtod`
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(bytes[at] as number)) at++;
  const sign = bytes[at];
  if (at < end && (sign === MINUS || sign === PLUS)) at++;
  let value = 0;
  let digitCount = 0;
  let exponent = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    if (digitCount < MAX_DIGITS) {
      value = value * 10 + digit;
      digitCount++;
    } else exponent++;
  }
  if (at < end && bytes[at] === DOT) {
    const integerDigits = digitCount;
    for (at++; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      if (digitCount < MAX_DIGITS) {
        value = value * 10 + digit;
        digitCount++;
      }
    }
    exponent -= digitCount - integerDigits;
  }
  if (digitCount === 0) return parseInfinity(bytes, start, end);
  if (sign === MINUS) value = -value;
  if (at < end) return parseTail(bytes, at, end, value, exponent);
  return scale(value, exponent);
}

/** Apply an exponent if there is one, and allow blanks behind; NaN for anything else. */
function parseTail(
  bytes: Uint8Array,
  from: number,
  end: number,
  value: number,
  decimals: number,
): number {
  let at = from;
  let exponent = decimals;
  if (isExponentMark(bytes[at])) {
    const sign = bytes[++at];
    if (at < end && (sign === MINUS || sign === PLUS)) at++;
    const first = at;
    let written = 0;
    for (; at < end && at - first < MAX_DIGITS; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      written = (Math.imul(written, 10) + digit) | 0; // a C int, which wraps
    }
    if (at === first) return Number.NaN;
    exponent = (sign === MINUS ? exponent - written : exponent + written) | 0;
  }
  while (at < end && isSpace(bytes[at] as number)) at++;
  return at === end ? scale(value, exponent) : Number.NaN;
}

/** value × 10^exponent in pandas' steps; NaN when pandas reports a range error. */
function scale(value: number, exponent: number): number {
  if (exponent === 0) return value;
  if (exponent > 308) return Number.NaN;
  if (exponent < -616) return 0;
  if (exponent < -308) return value / (POWERS[-308 - exponent] as number) / 1e308;
  if (exponent < 0) return value / (POWERS[-exponent] as number);
  const scaled = value * (POWERS[exponent] as number);
  return Number.isFinite(scaled) ? scaled : Number.NaN;
}

const INFINITY_TEXT = /^([+-]?)inf(?:inity)?$/i;
const LONGEST_INFINITY = 9;

function parseInfinity(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3 || end - start > LONGEST_INFINITY) return Number.NaN;
  const match = INFINITY_TEXT.exec(asciiText(bytes, start, end));
  if (match === null) return Number.NaN;
  return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** A few bytes as text, each byte a character. */
const asciiText = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** The text is an integer, but beyond the range that was asked for. */
export const OVERFLOW = 'overflow';
const MAX_DIGITS_64 = 20;

/**
 * Read an integer the way pandas does: blanks around it and a sign are allowed.
 *
 * Digits are judged before what follows them: too many are an overflow even in `99…9x`.
 *
 * @returns a number up to 15 digits, else a bigint; undefined when the text is no integer
 * @see pandas/_libs/src/parser/tokenizer.c, `str_to_int64`, `str_to_uint64`
 */
export function parseInteger(
  bytes: Uint8Array,
  start: number,
  end: number,
  min: bigint,
  max: bigint,
): number | bigint | typeof OVERFLOW | undefined {
  let at = start;
  while (at < end && isSpace(bytes[at] as number)) at++;
  const sign = bytes[at];
  if (at < end && (sign === MINUS || sign === PLUS)) at++;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  if (at === first) return undefined;
  const digitsEnd = at;
  let exact: number | bigint = sign === MINUS ? -value : value;
  if (digitsEnd - first > MAX_EXACT_DIGITS) {
    const big = parseLongDigits(bytes, first, digitsEnd);
    if (big === undefined) return OVERFLOW;
    exact = sign === MINUS ? -big : big;
    if (exact < min || exact > max) return OVERFLOW;
  }
  while (at < end && isSpace(bytes[at] as number)) at++;
  return at === end ? exact : undefined;
}

/** Undefined when the digits cannot fit into 64 bits. */
function parseLongDigits(bytes: Uint8Array, start: number, end: number): bigint | undefined {
  let first = start;
  while (first < end && bytes[first] === 48) first++;
  if (end - first > MAX_DIGITS_64) return undefined;
  return BigInt(asciiText(bytes, first, end)); // no digits left is 0
}
