import { HAS_FLOAT, HAS_INT, HAS_NULL } from '../../model/json-value.ts';
import { DOT, MINUS, ZERO } from './bytes.ts';
import { exponentEnd } from './exponent.ts';

/** What a scan answers where no number or null stands. */
export const NOT_A_CELL = -1;

/**
 * Read one number in any notation, or null, into `values[index]` and `kinds[slot]`.
 *
 * Units: `start` and the result are byte positions; the text ends in a NUL byte.
 * @returns the position after it; NOT_A_CELL for anything else, an integer beyond ±(2^53 - 1)
 *   among it, and then nothing was stored
 */
export function scanOddCell(
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
  if ((bytes[end]! | 0x20) === 0x65) {
    const mantissa = end;
    end = exponentEnd(bytes, mantissa);
    if (end === mantissa) return NOT_A_CELL;
  }
  const isFloat = end > whole;
  const value = Number(bytes.toString('latin1', start, end));
  if (!isFloat && !Number.isSafeInteger(value)) return NOT_A_CELL;
  // Python's `-0` is the int 0, without a sign.
  values[index] = isFloat || value !== 0 ? value : 0;
  kinds[slot]! |= isFloat ? HAS_FLOAT : HAS_INT;
  return end;
}

function skipDigits(bytes: Buffer, start: number): number {
  let at = start;
  while ((bytes[at]! - ZERO) >>> 0 <= 9) at++;
  return at;
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
