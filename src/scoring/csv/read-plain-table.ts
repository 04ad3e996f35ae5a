import { MAX_DIGITS, MAX_EXACT_DIGITS, POWERS, parseDouble } from './csv-number.ts';
import { COMMA, CR, LF, QUOTE } from './csv-source.ts';
import { isMissing } from './missing-text.ts';

const NUL = 0;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;

/** What a column's cells are made of; a bit set. */
export const HAS_INTEGER = 1;
export const HAS_DECIMAL = 2;
export const HAS_MISSING = 4;
/** Numbers in spellings of which only the value as a float is known here: ` 7`, `1e5`, 16 digits and more. */
export const HAS_OTHER = 8;

/**
 * Rows of nothing but numbers, each with all its fields.
 *
 * Shapes: `values` holds [rowCount][width] floats as `parseDouble` reads them, NaN where a cell is missing, and may be
 *   longer, and is overwritten by the next call; `kinds` has one bit set a column.
 */
export interface PlainTable {
  readonly rowCount: number;
  readonly width: number;
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  /** Behind the last row. */
  readonly end: number;
}

type Target = Pick<PlainTable, 'values' | 'kinds' | 'width'>;

/** Kept between calls: to make it anew would take as long as a third of the reading. */
let kept = new Float64Array(0);

/**
 * Read rows from `start` on, as long as they are nothing but numbers: in one look at each byte, storing values alone.
 *
 * @returns undefined when some row up to the end or to `maxRows` is not such a row: the general reader must read them all
 */
export function readPlainTable(
  bytes: Uint8Array,
  start: number,
  { width, maxRows }: { readonly width: number; readonly maxRows: number },
): PlainTable | undefined {
  let target: Target = { values: kept, kinds: new Uint8Array(width), width };
  let rowCount = 0;
  let at = start;
  for (; rowCount < maxRows && at < bytes.length; rowCount++) {
    const base = rowCount * width;
    if (base + width > target.values.length) {
      target = { ...target, values: grow(target.values, base, { width, maxRows }) };
    }
    at = readRow(bytes, at, target, base);
    if (at < 0) return undefined;
  }
  return { rowCount, ...target, end: at };
}

function grow(
  old: Float64Array,
  used: number,
  { width, maxRows }: { readonly width: number; readonly maxRows: number },
): Float64Array {
  const length = Math.max(used + width, Math.min(2 * old.length, maxRows * width));
  kept = new Float64Array(length);
  kept.set(old.subarray(0, used));
  return kept;
}

/**
 * Store the cells of one row from `base` on.
 *
 * @returns where the next row starts; -1 when this is no row of `width` numbers
 */
function readRow(
  bytes: Uint8Array,
  start: number,
  { values, kinds, width }: Target,
  base: number,
): number {
  let at = start;
  for (let column = 0; ; column++) {
    const from = at;
    let digit = (bytes[at] as number) - ZERO;
    const isNegative = digit === MINUS - ZERO;
    if (isNegative) digit = (bytes[++at] as number) - ZERO;
    const first = at;
    let value = 0;
    let kind = HAS_INTEGER;
    let mostDigits = MAX_EXACT_DIGITS;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = (bytes[++at] as number) - ZERO;
    }
    let digits = at - first;
    if (digit === DOT - ZERO) {
      // So many digits that an integer of them overflows are judged before the point is seen.
      kind = digits <= MAX_DIGITS ? HAS_DECIMAL : HAS_OTHER;
      mostDigits = MAX_DIGITS;
      const point = at;
      digit = (bytes[++at] as number) - ZERO;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = (bytes[++at] as number) - ZERO;
      }
      const decimals = at - point - 1;
      digits += decimals;
      if (digits <= MAX_DIGITS) value /= POWERS[decimals] as number;
    }
    if (isNegative) value = -value;
    const isWhole =
      digit === COMMA - ZERO || digit === LF - ZERO || digit === CR - ZERO || at >= bytes.length;
    if (!isWhole || digits === 0 || digits > mostDigits) {
      // A row that starts with a blank, or with nothing where that is all, may be none.
      if (column === 0 && (isBlank(bytes[from]) || width === 1)) return -1;
      at = endOfCell(bytes, from);
      if (at < 0) return -1;
      value = at === from ? Number.NaN : parseDouble(bytes, from, at);
      if (!Number.isNaN(value)) kind = kind === HAS_DECIMAL ? kind : HAS_OTHER;
      else if (isMissing(bytes, from, at)) kind = HAS_MISSING;
      else return -1;
    }
    values[base + column] = value;
    kinds[column] = (kinds[column] as number) | kind;
    const isComma = bytes[at] === COMMA;
    if (column === width - 1) return isComma ? -1 : behindLine(bytes, at);
    if (!isComma) return -1;
    at++;
  }
}

const isBlank = (byte: number | undefined): boolean =>
  byte === 32 || byte === 9 || byte === LF || byte === CR;

/** @returns -1 for a cell that is not what its bytes are: quoted, or cut at a NUL */
function endOfCell(bytes: Uint8Array, start: number): number {
  if (bytes[start] === QUOTE) return -1;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte > COMMA) continue;
    if (byte === COMMA || byte === LF || byte === CR) return at;
    if (byte === NUL) return -1;
  }
  return bytes.length;
}

/** Where the next row starts; -1 for a line that ends with a CR alone, behind which pandas swallows a comma. */
function behindLine(bytes: Uint8Array, end: number): number {
  if (bytes[end] !== CR) return Math.min(end + 1, bytes.length);
  return bytes[end + 1] === LF ? end + 2 : -1;
}
