import { badRequest, type ServingError } from '../../../errors.ts';
import { isNumberDtype } from '../../../model/dtype.ts';
import type { Column } from '../../../model/frame.ts';
import type { NdArray } from '../../../model/nd-array.ts';
import { pythonFloatOf } from '../../../model/number-text.ts';
import type { PyValue } from '../../../model/py-value.ts';

/** Cells that are numbers, whatever they came as. */
export type NumericCells =
  | Float64Array
  | Float32Array
  | Float16Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** Which cells that are no numbers the original takes for some. */
export interface NumberPolicy {
  /** Cells of object columns and arrays. */
  readonly objects: 'parse' | 'refuse';
  /** Cells of numpy's text arrays. */
  readonly texts: 'parse' | 'refuse';
}

/**
 * The cells of a column or an array as numbers; typed ones are not copied.
 *
 * Objects and text go through Python's `float`; None is NaN, as numpy has it.
 *
 * @param where `column "x"`, for messages
 * @throws {ServingError} BAD_REQUEST for dates, bytes and text that is no number
 */
export function numericCells(
  { dtype, data }: Column | NdArray,
  { objects, texts }: NumberPolicy,
  where: string,
): NumericCells {
  if (isNumberDtype(dtype)) return data as NumericCells;
  if (dtype === 'object' && objects === 'parse' && Array.isArray(data)) {
    return Float64Array.from(data as readonly PyValue[], (cell) => numberOf(cell, where));
  }
  if (dtype === 'str' && texts === 'parse') {
    return Float64Array.from(data, (cell) => numberOf(cell, where));
  }
  throw noNumbers(where, dtype === 'object' ? 'mixed content' : dtype);
}

function numberOf(cell: PyValue, where: string): number {
  if (typeof cell === 'number') return cell;
  if (cell === null) return Number.NaN;
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return Number(cell);
  const parsed = typeof cell === 'string' ? pythonFloatOf(cell) : undefined;
  if (parsed === undefined) throw noNumbers(where, 'something else');
  return parsed;
}

const noNumbers = (where: string, found: string): ServingError =>
  badRequest(`${where}: the model takes numbers, the request gave ${found}`);
