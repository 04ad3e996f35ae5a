import { HAS_FLOAT, HAS_INT, HAS_NULL } from '../../model/json-value.ts';
import { DOT, MINUS, PLUS, ZERO } from './bytes.ts';
import type { Cells } from './cells.ts';
import { exactDouble } from './exact-double.ts';

/** `exactDouble` takes nine digits in each of its two halves. */
const HALF_DIGITS = 9;
const MAX_DIGITS = 18;

/** Beyond this every double is 0 or Infinity, whatever the digits. */
const MAX_EXPONENT = 1_000_000_000;

/** What `scanNumber` answers when the text is not a cell for a packed list. */
export const NOT_A_CELL = -1;

/**
 * Read one number or null at `start` into the next cell of `cells`.
 *
 * The digits are gathered in two 32-bit halves, point and all, in one pass: the hottest loop there is.
 *
 * Units: `start` and the result are byte positions; the text ends in a NUL byte.
 * @param slot which of the kinds the cell counts for
 * @returns the position after the cell; NOT_A_CELL for anything else, an integer beyond ±(2^53 - 1)
 *   among it, and then nothing was stored
 */
export function scanNumber(bytes: Buffer, start: number, cells: Cells, slot: number): number {
  let at = start;
  let byte = bytes[at]!;
  const isNegative = byte === MINUS;
  if (isNegative) byte = bytes[++at]!;
  let digit = byte - ZERO;
  if (digit >>> 0 > 9) return scanWord(bytes, start, cells, slot);

  let upper = digit;
  let lower = 0;
  let digits = digit === 0 ? 0 : 1;
  let fraction = 0;
  byte = bytes[++at]!;
  digit = byte - ZERO;
  if (digits === 0 && digit >>> 0 <= 9) return NOT_A_CELL;
  for (;;) {
    while (digit >>> 0 <= 9) {
      if (digits < HALF_DIGITS) upper = (Math.imul(upper, 10) + digit) | 0;
      else if (digits < MAX_DIGITS) lower = (Math.imul(lower, 10) + digit) | 0;
      digits++;
      byte = bytes[++at]!;
      digit = byte - ZERO;
    }
    if (byte !== DOT || fraction !== 0) break;
    fraction = ++at;
    byte = bytes[at]!;
    if ((byte - ZERO) >>> 0 > 9) return NOT_A_CELL;
    if (digits === 0) while (byte === ZERO) byte = bytes[++at]!;
    digit = byte - ZERO;
  }

  let power = fraction === 0 ? 0 : fraction - at;
  let isFloat = fraction !== 0;
  if ((byte | 0x20) === 0x65) {
    const end = exponentEnd(bytes, at);
    if (end === NOT_A_CELL) return NOT_A_CELL;
    power += exponent(bytes, at, end);
    isFloat = true;
    at = end;
  }
  let value = digits > MAX_DIGITS ? Number.NaN : exactDouble(upper, lower, digits, power);
  if (!isFloat) {
    // Python's `-0` is the int 0, without a sign.
    if (!(value <= Number.MAX_SAFE_INTEGER)) return NOT_A_CELL;
    cells.values[cells.next++] = isNegative && value !== 0 ? -value : value;
    cells.kinds[slot]! |= HAS_INT;
    return at;
  }
  if (Number.isNaN(value)) value = Math.abs(Number(bytes.toString('latin1', start, at)));
  cells.values[cells.next++] = isNegative ? -value : value;
  cells.kinds[slot]! |= HAS_FLOAT;
  return at;
}

/** Position after the exponent whose `e` is at `start`. */
function exponentEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
  if ((bytes[at]! - ZERO) >>> 0 > 9) return NOT_A_CELL;
  while ((bytes[at]! - ZERO) >>> 0 <= 9) at++;
  return at;
}

/** Value of the exponent whose `e` is at `start`; far out it is only "very large". */
function exponent(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start + 1; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && value < MAX_EXPONENT) value = value * 10 + digit;
  }
  return bytes[start + 1] === MINUS ? -value : value;
}

/** Read `null`, `NaN`, `Infinity` or `-Infinity` into the next cell. */
function scanWord(bytes: Buffer, start: number, cells: Cells, slot: number): number {
  const word = findWord(bytes, start);
  if (word === undefined || !startsWith(bytes, start, word.text)) return NOT_A_CELL;
  cells.values[cells.next++] = word.value;
  cells.kinds[slot]! |= word.kind;
  return start + word.text.length;
}

const NULL = { text: 'null', value: Number.NaN, kind: HAS_NULL };
const NOT_A_NUMBER = { text: 'NaN', value: Number.NaN, kind: HAS_FLOAT };
const INFINITY = { text: 'Infinity', value: Number.POSITIVE_INFINITY, kind: HAS_FLOAT };
const MINUS_INFINITY = { text: '-Infinity', value: Number.NEGATIVE_INFINITY, kind: HAS_FLOAT };

function findWord(bytes: Buffer, start: number): typeof NULL | undefined {
  switch (bytes[start]) {
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
