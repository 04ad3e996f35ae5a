import { isDatetimeDtype, objectCells } from './cells.ts';
import { commonDtype } from './common-dtype.ts';
import { NAT } from './datetime.ts';
import type { Dtype } from './dtype.ts';
import type { Column, Frame } from './frame.ts';
import { type NdArray, ndArray } from './nd-array.ts';
import type { PyValue } from './py-value.ts';
import { allocate } from './storage.ts';
import { nsPerUnit } from './time-units.ts';

/**
 * All cells of a frame as one array of the columns' common dtype: pandas' `DataFrame.values`.
 *
 * Shapes: C columns of [N] in, [N][C] out, row-major; no columns give float64 [N][0].
 *
 * @see pandas/core/internals/managers.py, `BlockManager.as_array`
 */
export function frameToArray({ columns, rowCount }: Frame): NdArray {
  const dtype = commonDtype(columns.map((column) => column.dtype));
  const shape = [rowCount, columns.length];
  const out = allocate(dtype, rowCount * columns.length);
  columns.forEach((column, c) => {
    scatter(column, dtype, out as never, c, columns.length);
  });
  return ndArray(dtype, shape, out as never);
}

/** Write a column's cells to positions first, first + step, first + 2·step …, converted to `dtype`. */
function scatter(column: Column, dtype: Dtype, out: PyValue[], first: number, step: number): void {
  if (dtype === 'object') {
    spread(objectCells(column.dtype, column.data), out, first, step);
  } else if (column.dtype === dtype) {
    if (dtype === 'float64') spreadDoubles(column.data as never, out as never, first, step);
    else spread(column.data as never, out, first, step);
  } else if (isDatetimeDtype(dtype)) {
    spread(rescaled(column.data as never, column.dtype, dtype), out, first, step);
  } else {
    spread(numbersAs(dtype, column.data as never), out, first, step);
  }
}

function spread(cells: ArrayLike<PyValue>, out: PyValue[], first: number, step: number): void {
  for (let row = 0, at = first; row < cells.length; row++, at += step) {
    out[at] = cells[row] as PyValue;
  }
}

/** `spread` for float64 alone, so that the usual frame runs monomorphic code. */
function spreadDoubles(cells: Float64Array, out: Float64Array, first: number, step: number): void {
  for (let row = 0, at = first; row < cells.length; row++, at += step) {
    out[at] = cells[row] as number;
  }
}

/** Only widening casts get here, and int64 or uint64 to float64, which rounds as C does. */
function numbersAs(dtype: Dtype, cells: ArrayLike<number | bigint>): ArrayLike<PyValue> {
  return dtype === 'int64' || dtype === 'uint64'
    ? Array.from(cells, BigInt)
    : Array.from(cells, Number);
}

function rescaled(cells: BigInt64Array, from: Dtype, to: Dtype): PyValue[] {
  const factor = (nsPerUnit(from) ?? 1n) / (nsPerUnit(to) ?? 1n);
  return Array.from(cells, (count) => (count === NAT ? NAT : count * factor));
}
