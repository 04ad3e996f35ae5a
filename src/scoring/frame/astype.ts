import { isDatetimeDtype, isFloatDtype, isIntegerDtype, objectCells } from '../../model/cells.ts';
import { NAT } from '../../model/datetime.ts';
import type { Dtype } from '../../model/dtype.ts';
import { type Column, column } from '../../model/frame.ts';
import { pythonStr } from '../../model/python-text.ts';
import { castStorage, storeAll } from '../array/cast-storage.ts';
import { CastError } from '../cast-error.ts';
import { datetimesFromObjects } from '../dates/datetimes-from-objects.ts';

/**
 * pandas' `Series.astype(dtype)`: wraps integers, refuses NaN as integer, keeps text as objects.
 *
 * @throws {CastError} naming the row where pandas raises
 * @see pandas/core/dtypes/astype.py, `_astype_nansafe`
 */
export function astype({ label, dtype, data }: Column, to: Dtype, nowMs?: number): Column {
  if (dtype === to) return column(label, dtype, data as never);
  const storage = data as Exclude<typeof data, { kind: string }>;
  if (to === 'str') return column(label, 'object', objectCells(dtype, data).map(pythonStr));
  if (isDatetimeDtype(to)) return toDatetimeColumn({ label, dtype, data } as Column, to, nowMs);
  if (dtype === 'object') {
    return column(label, to, storeAll(objectCells(dtype, data), to, nowMs) as never);
  }
  if (isDatetimeDtype(dtype) && to !== 'int64' && to !== 'object') {
    throw new CastError(`cells that become ${to}, not dates`);
  }
  if (isFloatDtype(dtype) && isIntegerDtype(to)) checkFitsIntegers(storage as Float64Array, to);
  return column(label, to, castStorage(dtype, storage, to) as never);
}

function checkFitsIntegers(cells: Float64Array, to: Dtype): void {
  const isUnsigned = to.startsWith('u');
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] as number;
    if (!Number.isFinite(cell)) throw new CastError('a finite number, for an integer', row);
    if (isUnsigned && cell < 0) throw new CastError(`a number from 0 up, for ${to}`, row);
  }
}

const LAST_DAY = (2n ** 63n - 1n) / 86_400n;

/** pandas knows no days: numbers of days become seconds, which no tensor of days accepts. */
function toDatetimeColumn(from: Column, to: Dtype, nowMs: number | undefined): Column {
  const { label, dtype, data } = from;
  if (dtype === 'object') {
    if (to === 'datetime64[D]') throw new CastError('a unit that pandas has');
    return datetimesFromObjects(label, objectCells(dtype, data), to, nowMs);
  }
  const counts = castStorage(dtype, data as never, to) as BigInt64Array;
  if (to !== 'datetime64[D]') return column(label, to as 'datetime64[ns]', counts);
  const row = counts.findIndex((days) => days !== NAT && (days > LAST_DAY || days < -LAST_DAY));
  if (row >= 0) throw new CastError('a number of days whose seconds fit 64 bits', row);
  return column(label, 'datetime64[s]', castStorage(to, counts, 'datetime64[s]') as never);
}
