import { isDatetimeDtype, isFloatDtype } from '../../model/cells.ts';
import { NAT } from '../../model/datetime.ts';
import type { Dtype, Storage } from '../../model/dtype.ts';
import { type Column, column, type Label } from '../../model/frame.ts';
import { INT64_MAX, INT64_MIN, UINT64_MAX } from '../../model/int64.ts';
import type { PyValue } from '../../model/py-value.ts';
import { storeAll } from '../array/cast-storage.ts';
import { isNumpyScalar, unboxed } from '../array/numpy-scalar.ts';
import { CastError } from '../cast-error.ts';

/** What the cells of a column turned out to be; one bit each. */
interface Seen {
  none: boolean;
  nan: boolean;
  float: boolean;
  bool: boolean;
  integer: boolean;
  negative: boolean;
  /** An integer above int64 but within uint64. */
  huge: boolean;
  other: boolean;
}

/** A column of Python objects, with the dtype that pandas infers for them. */
export function inferColumn(label: Label, cells: readonly PyValue[]): Column {
  if (cells.some(isNumpyScalar)) return inferScalars(label, cells);
  const dtype = inferDtype(cells);
  return column(label, dtype, storeInferred(dtype, cells) as never);
}

/**
 * pandas' inference for a list of Python objects: numbers and bools get a dtype when they do not
 * mix, null beside numbers is NaN, everything else stays objects.
 *
 * @throws {CastError} for an integer beyond the range of doubles, where pandas raises
 * @see pandas/_libs/lib.pyx, `maybe_convert_objects`
 */
function inferDtype(cells: readonly PyValue[]): Dtype {
  const seen: Seen = {
    none: false,
    nan: false,
    float: false,
    bool: false,
    integer: false,
    negative: false,
    huge: false,
    other: false,
  };
  for (let row = 0; row < cells.length && !seen.other; row++) {
    look(cells[row] as PyValue, row, seen);
  }
  const { none, nan, float, bool, integer, huge, other } = seen;
  if (other) return 'object';
  if (bool) return none || nan || float || integer ? 'object' : 'bool';
  if (float || nan) return 'float64';
  if (!integer) return 'object';
  if (none) return 'float64';
  return huge ? 'uint64' : 'int64';
}

function look(cell: PyValue, row: number, seen: Seen): void {
  if (typeof cell === 'number') {
    if (Number.isNaN(cell)) seen.nan = true;
    else seen.float = true;
  } else if (cell === null) seen.none = true;
  else if (typeof cell === 'boolean') seen.bool = true;
  else if (typeof cell === 'bigint') lookAtInteger(cell, row, seen);
  else seen.other = true;
}

function lookAtInteger(cell: bigint, row: number, seen: Seen): void {
  seen.integer = true;
  if (!Number.isFinite(Number(cell))) {
    throw new CastError('integers within the range of doubles', row);
  }
  // After a null the column can only become float64, and pandas stops looking at the range.
  if (seen.none) return;
  if (cell < 0n) seen.negative = true;
  if (cell > INT64_MAX) seen.huge = true;
  seen.other = (seen.huge && seen.negative) || cell > UINT64_MAX || cell < INT64_MIN;
}

function storeInferred(dtype: Dtype, cells: readonly PyValue[]): Storage {
  if (dtype === 'object') return cells as PyValue[];
  if (dtype === 'float64') {
    const out = new Float64Array(cells.length);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] as number | bigint | null;
      out[i] = cell === null ? Number.NaN : Number(cell);
    }
    return out;
  }
  return storeAll(cells, dtype);
}

/**
 * The same for cells among which are numpy scalars, as the array engine leaves them in rows: they
 * keep their dtype as long as all cells of the column have one, the widest wins.
 */
function inferScalars(label: Label, cells: readonly PyValue[]): Column {
  const plain = cells.map(unboxed);
  const scalars = cells.filter(isNumpyScalar);
  if (isDatetimeDtype(scalars[0]?.dtype ?? 'object')) return datetimes(label, cells);
  const dtype = inferDtype(plain);
  if (scalars.length < cells.length || dtype === 'object' || dtype === 'bool') {
    return column(label, dtype, storeInferred(dtype, plain) as never);
  }
  const widest = scalars.reduce((most, { dtype: own }) => Math.max(most, bitsOf(own)), 0);
  const kind = isFloatDtype(dtype) ? 'float' : 'int';
  const narrowed = `${kind}${widest}` as Dtype;
  return column(label, narrowed, storeAll(plain, narrowed) as never);
}

const bitsOf = (dtype: Dtype): number => Number(dtype.replace(/\D+/, '')) || 8;

function datetimes(label: Label, cells: readonly PyValue[]): Column {
  const isMissing = (cell: PyValue) => cell === null || Number.isNaN(cell);
  if (!cells.every((cell) => isNumpyScalar(cell) || isMissing(cell))) {
    return column(label, 'object', cells.map(unboxed));
  }
  const counts = cells.map((cell) => (isNumpyScalar(cell) ? (cell.data[0] as bigint) : NAT));
  return column(label, 'datetime64[ns]', BigInt64Array.from(counts));
}
