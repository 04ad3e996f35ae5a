import { dateFromDays } from '../../model/calendar.ts';
import { parseDateutil } from './dateutil-parser.ts';
import { type DatetimeFields, isValidDate } from './parsed-datetime.ts';

/** A zone as Python's tzinfo has it. */
export interface Zone {
  /** Seconds east of UTC, less than a day. */
  readonly offset: number;
  /** What `%Z` prints. */
  readonly name: string;
}

/** What pandas makes of a text through dateutil. */
export interface DateutilDatetime {
  readonly fields: DatetimeFields;
  readonly zone: Zone | undefined;
  /** Digits of the second that pandas keeps: 0, 3, 6 or 9. */
  readonly keptDigits: number;
}

/** The date that fills up what a text leaves out. */
export interface DefaultDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export const dateOf = (nowMs: number): DefaultDate =>
  dateFromDays(BigInt(Math.floor(nowMs / 86_400_000)));

/**
 * Parse a text with dateutil as pandas calls it.
 *
 * @param currentYear decides the century of two-digit years
 * @returns undefined when pandas raises
 * @see pandas/_libs/tslibs/parsing.pyx, `dateutil_parse`
 */
export function dateutilDatetime(
  text: string,
  byDefault: DefaultDate,
  currentYear: number,
): DateutilDatetime | undefined {
  const result = parseDateutil(text, currentYear);
  if (result === undefined) return undefined;
  const { year, month, day, hour, minute, second, microsecond } = result;
  const parts = [year, month, day, hour, minute, second, microsecond];
  if (parts.every((part) => part === undefined)) return undefined;
  const fields: DatetimeFields = {
    year: year ?? byDefault.year,
    month: month ?? byDefault.month,
    day: day ?? byDefault.day,
    hour: hour ?? 0,
    minute: minute ?? 0,
    second: second ?? 0,
    nanos: (microsecond ?? 0) * 1000,
  };
  if (!isValidDate(fields.year, fields.month, fields.day)) return undefined;
  if (fields.hour > 23 || fields.minute > 59 || fields.second > 59) return undefined;
  if (result.hasWeekday && !day) return undefined;
  const zone = zoneOf(result.zoneName, result.zoneOffset);
  if (zone === undefined) return undefined;
  const subsecond = microsecond === undefined ? noSubsecond : subsecondOf(text, microsecond);
  return {
    fields: { ...fields, nanos: fields.nanos + subsecond.nanos },
    zone: zone === 'naive' ? undefined : zone,
    keptDigits: subsecond.keptDigits,
  };
}

/** A name without a known offset is dropped; the server's own zone is UTC. */
function zoneOf(name: string | undefined, offset: number | undefined): Zone | 'naive' | undefined {
  if (name === 'UTC' || offset === 0) return { offset: 0, name: 'UTC' };
  if (!offset) return 'naive';
  return Math.abs(offset) < 86_400 ? { offset, name: name ?? '' } : undefined;
}

interface Subsecond {
  /** Nanoseconds beyond the microseconds that dateutil reads. */
  readonly nanos: number;
  readonly keptDigits: number;
}

const noSubsecond: Subsecond = { nanos: 0, keptDigits: 0 };

/**
 * How fine the text is. Whole milliseconds count only in a clock with two colons.
 *
 * @see pandas/_libs/tslibs/parsing.pyx, `_find_subsecond_reso`
 */
function subsecondOf(text: string, microsecond: number): Subsecond {
  if (microsecond % 1000 !== 0) return { nanos: 0, keptDigits: 6 };
  const fraction = /\p{Nd}:\p{Nd}{2}:\p{Nd}{2}\.(\p{Nd}+)/u.exec(text)?.[1];
  if (fraction === undefined) return noSubsecond;
  if (fraction.length <= 3) return { nanos: 0, keptDigits: 3 };
  if (fraction.length <= 6) return { nanos: 0, keptDigits: 6 };
  return { nanos: Number(fraction.slice(6, 9).padEnd(3, '0')), keptDigits: 9 };
}
