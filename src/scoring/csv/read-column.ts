import { INT64_MAX, INT64_MIN, UINT64_MAX } from '../../model/int64.ts';
import { type CellColumn, isCellMissing, readCell } from './cell-column.ts';
import { INTEGER, OTHER } from './cells.ts';
import { OVERFLOW, parseDouble, parseInteger } from './csv-number.ts';

/** A value no boolean has; marks a missing cell until the column's dtype is settled. */
export const MISSING_BOOL = 255;
/** Marks a missing cell of an integer column, as in pandas; a real one looks missing, too. */
export const MISSING_INT = INT64_MIN;

const TWO_32 = 2 ** 32;

/** The cells of one column as one storage, or why they cannot be. */
export type ReadCells<T> = { readonly data: T; readonly missingCount: number } | Refusal;

/**
 * `text`: the first cell that fits badly is no such value. `overflow`: it is out of range.
 * `conflict`: unsigned values stand beside negative or missing ones.
 */
export interface Refusal {
  readonly refused: 'text' | 'overflow' | 'conflict';
  readonly row: number;
}

export const isRefusal = (cells: object): cells is Refusal => 'refused' in cells;

/** @see pandas/_libs/parsers.pyx, `_try_int64` */
export function readInt64(column: CellColumn): ReadCells<BigInt64Array> {
  const { cells, width, rowCount } = column;
  const data = new BigInt64Array(rowCount);
  const halves = new Int32Array(data.buffer);
  let missingCount = 0;
  let index = column.first;
  for (let row = 0; row < rowCount; row++, index += width) {
    const value =
      cells.kinds[index] === INTEGER
        ? (cells.values[index] as number)
        : readCell(column, index, parseInt64);
    if (typeof value === 'number') {
      // Two 32-bit writes are several times faster than making a bigint.
      halves[2 * row] = value;
      halves[2 * row + 1] = Math.floor(value / TWO_32);
    } else if (typeof value === 'bigint') {
      data[row] = value;
    } else if (value === undefined && isCellMissing(column, index)) {
      missingCount++;
      data[row] = MISSING_INT;
    } else {
      return { refused: value === OVERFLOW ? 'overflow' : 'text', row };
    }
  }
  return { data, missingCount };
}

const parseInt64 = (texts: Uint8Array, start: number, end: number) =>
  parseInteger(texts, start, end, INT64_MIN, INT64_MAX);

const startsWithMinus = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  while (
    at < end &&
    (bytes[at] === 32 || ((bytes[at] as number) >= 9 && (bytes[at] as number) <= 13))
  ) {
    at++;
  }
  return at < end && bytes[at] === 45;
};

/**
 * Tried only when an int64 column overflowed. A cell with a minus is not looked at any further.
 *
 * @see pandas/_libs/parsers.pyx, `_try_uint64`
 */
export function readUint64(column: CellColumn): ReadCells<BigUint64Array> {
  const data = new BigUint64Array(column.rowCount);
  let hasNegative = false;
  let hasLarge = false;
  let missingCount = 0;
  for (let row = 0; row < column.rowCount; row++) {
    const index = column.first + row * column.width;
    if (isCellMissing(column, index)) {
      missingCount++;
      continue;
    }
    if (readCell(column, index, startsWithMinus)) {
      hasNegative = true;
      continue;
    }
    const value = readCell(column, index, parseUint64);
    if (value === undefined) return { refused: 'text', row };
    if (value === OVERFLOW) return { refused: 'overflow', row };
    data[row] = BigInt(value);
    if (BigInt(value) > INT64_MAX) hasLarge = true;
  }
  if (hasLarge && (hasNegative || missingCount > 0)) return { refused: 'conflict', row: 0 };
  if (hasNegative) return { refused: 'overflow', row: 0 };
  return { data, missingCount };
}

const parseUint64 = (bytes: Uint8Array, start: number, end: number) =>
  parseInteger(bytes, start, end, 0n, UINT64_MAX);

/** @see pandas/_libs/parsers.pyx, `_try_double` */
export function readDoubles(column: CellColumn): ReadCells<Float64Array> {
  const { cells, width, rowCount } = column;
  const data = new Float64Array(rowCount);
  let missingCount = 0;
  let index = column.first;
  for (let row = 0; row < rowCount; row++, index += width) {
    const value =
      cells.kinds[index] === OTHER
        ? readCell(column, index, parseDouble)
        : (cells.values[index] as number);
    if (Number.isNaN(value)) {
      if (!isCellMissing(column, index)) return { refused: 'text', row };
      missingCount++;
    }
    data[row] = value;
  }
  return { data, missingCount };
}

const TRUE = new TextEncoder().encode('true');
const FALSE = new TextEncoder().encode('false');
/** The bit that makes an ASCII letter lower case. */
const LOWER = 0x20;

function parseBoolean(texts: Uint8Array, start: number, end: number): number | undefined {
  const word = end - start === TRUE.length ? TRUE : FALSE;
  if (end - start !== word.length) return undefined;
  for (let i = 0; i < word.length; i++) {
    if (((texts[start + i] as number) | LOWER) !== word[i]) return undefined;
  }
  return word === TRUE ? 1 : 0;
}

/** `true` and `false` in any case. @see pandas/_libs/parsers.pyx, `_try_bool_flex` */
export function readBooleans(column: CellColumn): ReadCells<Uint8Array> {
  const data = new Uint8Array(column.rowCount);
  let missingCount = 0;
  for (let row = 0; row < column.rowCount; row++) {
    const index = column.first + row * column.width;
    const value = readCell(column, index, parseBoolean);
    if (value !== undefined) data[row] = value;
    else if (isCellMissing(column, index)) {
      data[row] = MISSING_BOOL;
      missingCount++;
    } else return { refused: 'text', row };
  }
  return { data, missingCount };
}
