import { daysFromDate, daysInMonth, NS_PER_DAY, NS_PER_SECOND } from '../../model/calendar.ts';
import { INT64_MAX } from '../../model/int64.ts';

/** The fields of a date that was read from a text. */
export interface DatetimeFields {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Nanoseconds of the second. */
  readonly nanos: number;
}

/**
 * A point in time read from a text.
 *
 * Units: `ns` nanoseconds since 1970 in UTC when `offset` is known, else of the wall clock;
 *   `offset` seconds east of UTC, undefined when the text named no zone.
 */
export interface ParsedDatetime {
  readonly ns: bigint;
  readonly offset: number | undefined;
}

/** Nanoseconds since 1970 of the wall clock; pandas refuses what 64 bits cannot hold. */
export function nanoseconds(fields: DatetimeFields): bigint | undefined {
  const { year, month, day, hour, minute, second, nanos } = fields;
  const ns =
    daysFromDate(BigInt(year), month, day) * NS_PER_DAY +
    BigInt((hour * 60 + minute) * 60 + second) * NS_PER_SECOND +
    BigInt(nanos);
  return ns > INT64_MAX || ns < -INT64_MAX ? undefined : ns;
}

/** Whether Python's `datetime` has this day. */
export const isValidDate = (year: number, month: number, day: number): boolean =>
  year >= 1 &&
  year <= 9999 &&
  month >= 1 &&
  month <= 12 &&
  day >= 1 &&
  day <= daysInMonth(BigInt(year), month);

/** Texts that pandas reads as a missing date, beside the empty one. */
const NAT_TEXTS: ReadonlySet<string> = new Set(['', 'NaT', 'nat', 'NAT', 'nan', 'NaN', 'NAN']);

export const isNatText = (text: string): boolean => NAT_TEXTS.has(text);
