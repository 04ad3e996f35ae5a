import { HAS_FLOAT, HAS_INT } from '../../model/json-value.ts';
import { CLOSE_LIST, CLOSE_OBJECT, COMMA, DOT, isSpace, MINUS, skipSpace, ZERO } from './bytes.ts';
import type { Cells } from './cells.ts';
import { EXACT_POWERS, exactDouble, MAX_EXACT_POWER } from './exact-double.ts';
import { exponent, exponentEnd } from './exponent.ts';
import { NOT_A_CELL, scanOddCell } from './scan-odd-cell.ts';

/** `exactDouble` takes nine digits in each of its two halves. */
const HALF_DIGITS = 9;
const MAX_DIGITS = 18;

/** As `limit`: all there are. */
export const ANY_COUNT = 0x7fffffff;

/**
 * Read numbers (or nulls) with commas between them into `cells`.
 *
 * The hottest loop of all, hence one long function: 40 % slower when its parts are called. Numbers of
 * up to 18 digits are read here, digits in two 32-bit halves; anything else by `scanOddCell`.
 *
 * Units: `start` and the result are byte positions; the text ends in a NUL byte.
 * @param firstSlot where the kind of the first number counts; `cells.slotStep` leads to the next
 * @param limit how many to read at most
 * @returns the position of the first byte that is neither; NOT_A_CELL where something else stands in
 *   a number's place, an integer beyond ±(2^53 - 1) among it
 */
export function scanNumbers(
  bytes: Buffer,
  start: number,
  cells: Cells,
  firstSlot: number,
  limit: number,
): number {
  const { slotStep } = cells;
  let { values, kinds, next } = cells;
  let end = cells.roomEnd(firstSlot);
  let slot = firstSlot;
  let at = start;
  for (let left = limit; ; left--) {
    if (next === end) {
      cells.next = next;
      cells.grow(at, slot);
      ({ values, kinds, next } = cells);
      end = cells.roomEnd(slot);
    }
    while (isSpace(bytes[at]!)) at++;
    const first = at;
    let digit = bytes[at]! - ZERO;
    const isNegative = digit === MINUS - ZERO;
    if (isNegative) digit = bytes[++at]! - ZERO;
    const lead = digit;
    let upper = 0;
    let lower = 0;
    let digits = -at;
    let stop = at + HALF_DIGITS;
    while (digit >>> 0 <= 9 && at < stop) {
      upper = (Math.imul(upper, 10) + digit) | 0;
      digit = bytes[++at]! - ZERO;
    }
    digits += at;
    let isPlain = digits === 1 || (digits > 1 && lead !== 0);
    if (digit >>> 0 <= 9) {
      stop = at + HALF_DIGITS;
      digits -= at;
      while (digit >>> 0 <= 9 && at < stop) {
        lower = (Math.imul(lower, 10) + digit) | 0;
        digit = bytes[++at]! - ZERO;
      }
      digits += at;
    }
    let power = 0;
    let kind = HAS_INT;
    if (digit === DOT - ZERO) {
      kind = HAS_FLOAT;
      const fraction = ++at;
      digit = bytes[at]! - ZERO;
      if (upper === 0) {
        digits = 0;
        while (digit === 0) digit = bytes[++at]! - ZERO;
      }
      stop = at + HALF_DIGITS - digits;
      digits -= at;
      while (digit >>> 0 <= 9 && at < stop) {
        upper = (Math.imul(upper, 10) + digit) | 0;
        digit = bytes[++at]! - ZERO;
      }
      stop = MAX_DIGITS - digits;
      while (digit >>> 0 <= 9 && at < stop) {
        lower = (Math.imul(lower, 10) + digit) | 0;
        digit = bytes[++at]! - ZERO;
      }
      digits += at;
      power = fraction - at;
      isPlain = isPlain && power < 0;
    }
    let byte = digit + ZERO;
    if ((byte | 0x20) === 0x65) {
      const behind = exponentEnd(bytes, at);
      power += exponent(bytes, at, behind);
      isPlain = isPlain && behind > at;
      kind = HAS_FLOAT;
      at = behind;
      byte = bytes[at]!;
    }
    let value = upper;
    if (digits > HALF_DIGITS || power > 0 || power < -MAX_EXACT_POWER) {
      value = exactDouble(upper, lower, digits, power);
      isPlain = isPlain && value <= (kind === HAS_INT ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE);
    } else if (power < 0) {
      value = upper / EXACT_POWERS[-power]!;
    }
    if (isPlain && (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT)) {
      // Python's `-0` is the int 0, without a sign.
      values[next] = isNegative && (kind === HAS_FLOAT || value !== 0) ? -value : value;
      kinds[slot]! |= kind;
    } else {
      at = scanOddCell(bytes, first, values, next, kinds, slot);
      if (at === NOT_A_CELL) return NOT_A_CELL;
      at = skipSpace(bytes, at);
      byte = bytes[at]!;
    }
    next++;
    slot += slotStep;
    if (byte !== COMMA || left === 1) break;
    at++;
  }
  cells.next = next;
  return at;
}
