import { isFloatDtype, isIntegerDtype, objectCells } from '../../model/cells.ts';
import { NAT } from '../../model/datetime.ts';
import { type Column, column } from '../../model/frame.ts';
import type { PyValue } from '../../model/py-value.ts';
import { pythonStr } from '../../model/python-text.ts';
import { castStorage } from '../array/cast-storage.ts';
import { CastError } from '../cast-error.ts';
import { datetimesFromObjects } from './datetimes-from-objects.ts';
import { guessFormat } from './guess-format.ts';
import { relativeDatetime } from './parse-datetime-text.ts';
import { isNatText } from './parsed-datetime.ts';
import { type DatetimeFormat, strptime } from './strptime.ts';

/**
 * pandas' `to_datetime` for a column: one format, guessed from the first text, for all cells; when
 * there is none to guess, each text is parsed on its own. Numbers are nanoseconds since 1970.
 *
 * @returns datetime64[ns], or zone-aware dates that no model column accepts
 * @throws {CastError} naming the row where pandas raises
 * @see pandas/core/tools/datetimes.py, `_convert_listlike_datetimes`
 */
export function toDatetimes({ label, dtype, data }: Column, nowMs?: number): Column {
  if (isFloatDtype(dtype) || isIntegerDtype(dtype)) {
    if (dtype === 'uint64' && (data as BigUint64Array).some((cell) => cell >= 2n ** 63n)) {
      throw new CastError('an integer of 64 bits, for a date');
    }
    const counts = castStorage(dtype, data as never, 'datetime64[ns]') as BigInt64Array;
    return column(label, 'datetime64[ns]', counts);
  }
  if (dtype === 'bool') throw new CastError('dates, not true and false');
  const cells = objectCells(dtype, data);
  const first = cells.find((cell) => !isMissing(cell) && cell !== 'now' && cell !== 'today');
  const format = typeof first === 'string' ? guessFormat(first, nowMs) : undefined;
  if (format === undefined)
    return datetimesFromObjects(label, cells, 'datetime64[ns]', nowMs, true);
  return byFormat({ label, dtype, data } as Column, cells, format, nowMs);
}

const isMissing = (cell: PyValue): boolean =>
  cell === null || Number.isNaN(cell) || (typeof cell === 'string' && isNatText(cell));

function byFormat(
  { label }: Column,
  cells: readonly PyValue[],
  format: DatetimeFormat,
  nowMs: number | undefined,
): Column {
  let hasZone = false;
  const counts = BigInt64Array.from(cells, (cell, row) => {
    if (isMissing(cell) || cell === NAT) return NAT;
    const text = pythonStr(cell);
    const isRelative = text === 'now' || text === 'today';
    const date = isRelative ? relativeDatetime(nowMs) : strptime(text, format);
    if (date === undefined) throw new CastError('a date written as the first one is', row);
    if (date.offset !== undefined) hasZone = true;
    return date.ns;
  });
  return hasZone
    ? column(label, 'datetime64[tz]', counts)
    : column(label, 'datetime64[ns]', counts);
}
