import { type Column, column, type Label } from '../../model/frame.ts';
import { INT64_MAX, INT64_MIN, UINT64_MAX } from '../../model/int64.ts';
import { isNdArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import { storeAll } from '../array/cast-storage.ts';
import { CastError } from '../cast-error.ts';
import { parseDouble } from '../csv/csv-number.ts';

interface SeenNumbers {
  float: boolean;
  null: boolean;
  integer: boolean;
  negative: boolean;
  huge: boolean;
  bool: boolean;
}

/**
 * pandas' `to_numeric` for a column of objects: text is parsed, bools count as 0 and 1 beside
 * numbers, null and empty text are NaN. Whole numbers give int64 or uint64, else float64.
 *
 * @throws {CastError} for text that is no number, and for anything else
 * @see pandas/_libs/lib.pyx, `maybe_convert_numeric`
 */
export function toNumeric(label: Label, cells: readonly PyValue[]): Column {
  const seen: SeenNumbers = {
    float: false,
    null: false,
    integer: false,
    negative: false,
    huge: false,
    bool: false,
  };
  const numbers = cells.map((cell, row) => numberFrom(cell, row, seen));
  // Neither integers with NaN nor negative ones fit beside those above int64.
  if (seen.huge && (seen.null || seen.negative)) return column(label, 'object', [...cells]);
  if (seen.float || seen.null) {
    return column(label, 'float64', Float64Array.from(numbers, Number));
  }
  const dtype = seen.integer ? (seen.huge ? 'uint64' : 'int64') : seen.bool ? 'bool' : 'int64';
  return column(label, dtype, storeAll(numbers, dtype) as never);
}

function numberFrom(cell: PyValue, row: number, seen: SeenNumbers): number | bigint | boolean {
  if (cell === null || isEmpty(cell)) {
    seen.null = true;
    return Number.NaN;
  }
  if (typeof cell === 'number') {
    seen.float = true;
    return cell;
  }
  if (typeof cell === 'boolean') {
    seen.bool = true;
    return cell;
  }
  if (typeof cell === 'bigint') return integerFrom(cell, seen);
  if (typeof cell === 'string') return numberFromText(cell, row, seen);
  if (cell instanceof Uint8Array) return numberFromText(latin1(cell), row, seen);
  throw new CastError('a number, or text that holds one', row);
}

const isEmpty = (cell: PyValue): boolean =>
  cell === '' ||
  (Array.isArray(cell) && cell.length === 0) ||
  (cell instanceof Map && cell.size === 0) ||
  (cell instanceof Uint8Array && cell.length === 0) ||
  (isNdArray(cell) && cell.shape[0] === 0);

function integerFrom(value: bigint, seen: SeenNumbers): bigint {
  saw(value, seen);
  if (value < INT64_MIN || value > UINT64_MAX || (seen.negative && seen.huge)) seen.float = true;
  return value;
}

function saw(value: bigint, seen: SeenNumbers): void {
  seen.integer = true;
  if (value < 0n && value >= INT64_MIN) seen.negative = true;
  if (value > INT64_MAX && value <= UINT64_MAX) seen.huge = true;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Longer integers are out of range, and slow to read. */
const MAX_DIGITS = 4300;

const INTEGER_TEXT = /^[ \t\n\v\f\r]*[+-]?\d+[ \t\n\v\f\r]*$/;

function numberFromText(text: string, row: number, seen: SeenNumbers): number | bigint {
  const bytes = new TextEncoder().encode(text);
  const value = parseDouble(bytes, 0, bytes.length);
  if (Number.isNaN(value)) throw new CastError('a number, or text that holds one', row);
  if (!INTEGER_TEXT.test(text)) {
    seen.float = true;
    return value;
  }
  const digits = text.trim().replace('+', '');
  if (digits.length > MAX_DIGITS) throw new CastError('an integer of 64 bits', row);
  const integer = BigInt(digits);
  if (integer < INT64_MIN || integer > UINT64_MAX)
    throw new CastError('an integer of 64 bits', row);
  saw(integer, seen);
  if (seen.negative && seen.huge) seen.float = true;
  return seen.float ? value : integer;
}
