import { isDatetime, NAT } from '../../model/datetime.ts';
import type { Dtype } from '../../model/dtype.ts';
import { type Column, column, type Label } from '../../model/frame.ts';
import type { PyValue } from '../../model/py-value.ts';
import { nsPerUnit } from '../../model/time-units.ts';
import { CastError } from '../cast-error.ts';
import { parseDatetimeText } from './parse-datetime-text.ts';
import { isNatText, type ParsedDatetime } from './parsed-datetime.ts';

/**
 * pandas' conversion of objects to dates one by one, each text in a format of its own: texts, counts
 * of the unit since 1970, null.
 *
 * @returns a column of `to`, or of zone-aware dates when all texts name the same zone
 * @throws {CastError} where pandas raises, mixed zones included unless `canMixZones`
 * @see pandas/_libs/tslib.pyx, `array_to_datetime`
 */
export function datetimesFromObjects(
  label: Label,
  cells: readonly PyValue[],
  to: Dtype,
  nowMs: number | undefined,
  canMixZones = false,
): Column {
  const perUnit = nsPerUnit(to) ?? 1n;
  const zones = new Set<number | undefined>();
  let hasNumbers = false;
  const counts = BigInt64Array.from(cells, (cell, row) => {
    if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) return NAT;
    if (typeof cell === 'bigint' || typeof cell === 'number') {
      hasNumbers = true;
      return countFrom(cell, row);
    }
    if (typeof cell === 'string' && isNatText(cell)) return NAT;
    const date = dateFrom(cell, row, nowMs);
    zones.add(date.offset);
    const rest = ((date.ns % perUnit) + perUnit) % perUnit;
    if (rest !== 0n && typeof cell === 'string' && !CLOCK_WORDS.has(cell)) {
      throw new CastError(`a date without fractions of ${to}`, row);
    }
    return (date.ns - rest) / perUnit;
  });
  if (zones.size === 0 || (zones.size === 1 && zones.has(undefined))) {
    return column(label, to as 'datetime64[ns]', counts);
  }
  if (hasNumbers || (zones.size > 1 && !canMixZones)) {
    throw new CastError('dates that are all in one zone, or all without one');
  }
  return column(label, 'datetime64[tz]', counts);
}

/** The only texts whose fraction is cut instead of refused. */
const CLOCK_WORDS: ReadonlySet<string> = new Set(['now', 'today']);

function countFrom(cell: bigint | number, row: number): bigint {
  const whole = typeof cell === 'bigint' ? cell : wholeOf(cell);
  if (whole !== undefined && BigInt.asIntN(64, whole) === whole) return whole;
  throw new CastError('an integer of 64 bits, for a date', row);
}

const wholeOf = (cell: number): bigint | undefined =>
  Number.isFinite(cell) ? BigInt(Math.trunc(cell)) : undefined;

function dateFrom(cell: PyValue, row: number, nowMs: number | undefined): ParsedDatetime {
  if (isDatetime(cell)) {
    if (cell.kind === 'time') throw new CastError('a date, not a time of day', row);
    return { ns: cell.ns, offset: cell.offsetMinutes === undefined ? undefined : 0 };
  }
  const date = typeof cell === 'string' ? parseDatetimeText(cell, nowMs) : undefined;
  if (date === undefined) throw new CastError('a date', row);
  return date;
}
