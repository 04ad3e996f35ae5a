import { MINUS, PLUS, ZERO } from './bytes.ts';

/** Beyond this every double is 0 or Infinity, whatever the digits. */
const MAX_EXPONENT = 1_000_000_000;

/** Position behind the exponent whose `e` is at `start`; `start` itself when it has no digits. */
export function exponentEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
  if ((bytes[at]! - ZERO) >>> 0 > 9) return start;
  while ((bytes[at]! - ZERO) >>> 0 <= 9) at++;
  return at;
}

/** Value of the exponent from its `e` at `start` to before `end`; far out only "very large". */
export function exponent(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start + 1; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit >= 0 && value < MAX_EXPONENT) value = value * 10 + digit;
  }
  return bytes[start + 1] === MINUS ? -value : value;
}
