import { type Cells, DECIMAL, INTEGER } from './cells.ts';
import { MAX_DIGITS, MAX_EXACT_DIGITS, POWERS } from './csv-number.ts';
import { COMMA, CR, LF } from './csv-source.ts';

const MINUS = 45;
const DOT = 46;
const ZERO = 48;

/**
 * Read a field that is nothing but a number of the plain form `-12.5`, and store it.
 *
 * The steps are those of `parseDouble`, so the value is the same; other spellings, and integers
 * too long to be exact, are left to it.
 *
 * @returns where the field ends, or -1 when it is not of that form
 */
export function readPlainNumber(
  bytes: Uint8Array,
  start: number,
  cells: Cells,
  index: number,
): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  const first = at;
  let value = 0;
  let digit = (bytes[at] as number) - ZERO;
  while (digit >= 0 && digit <= 9) {
    value = value * 10 + digit;
    digit = (bytes[++at] as number) - ZERO;
  }
  const integerDigits = at - first;
  let decimals = 0;
  const isDecimal = bytes[at] === DOT;
  if (isDecimal) {
    if (integerDigits > MAX_DIGITS) return -1;
    const firstDecimal = ++at;
    digit = (bytes[at] as number) - ZERO;
    const lastKept = firstDecimal + MAX_DIGITS - integerDigits;
    while (digit >= 0 && digit <= 9) {
      if (at < lastKept) value = value * 10 + digit;
      digit = (bytes[++at] as number) - ZERO;
    }
    decimals = Math.min(at, lastKept) - firstDecimal;
    if (integerDigits + decimals === 0) return -1;
  } else if (integerDigits === 0 || integerDigits > MAX_EXACT_DIGITS) return -1;
  const next = bytes[at];
  if (next !== COMMA && next !== LF && next !== CR && next !== undefined) return -1;
  if (first !== start) value = -value;
  cells.values[index] = isDecimal ? value / (POWERS[decimals] as number) : value;
  cells.kinds[index] = isDecimal ? DECIMAL : INTEGER;
  return at;
}
