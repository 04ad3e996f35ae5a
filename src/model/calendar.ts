/** Days of each month, [common year, leap year]. */
const MONTH_DAYS = [
  [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
  [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
] as const;

export const NS_PER_SECOND = 1_000_000_000n;
export const NS_PER_MINUTE = 60n * NS_PER_SECOND;
export const NS_PER_DAY = 1440n * NS_PER_MINUTE;

/** Python's dates, years 1 to 9999: from the first, up to, not including, the end; ns since 1970. */
export const FIRST_DATE_NS = -719_162n * NS_PER_DAY;
export const END_DATE_NS = 2_932_897n * NS_PER_DAY;

const isLeapYear = (year: bigint): boolean =>
  year % 4n === 0n && (year % 100n !== 0n || year % 400n === 0n);

/** Days of a month (1–12) of a proleptic Gregorian year. */
export const daysInMonth = (year: bigint, month: number): number =>
  MONTH_DAYS[isLeapYear(year) ? 1 : 0][month - 1] ?? 0;

const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/**
 * Days from 1970-01-01 to a date, in 64-bit arithmetic that wraps like C's.
 *
 * @see numpy/_core/src/multiarray/datetime.c, `get_datetimestruct_days`
 */
export function daysFromDate(year: bigint, month: number, day: number): bigint {
  const since = int64(year - 1970n);
  let days = int64(since * 365n);
  if (days >= 0n) {
    days += (since + 1n) / 4n - (since + 69n) / 100n + (since + 369n) / 400n;
  } else {
    days += (since - 2n) / 4n - (since - 30n) / 100n + (since - 30n) / 400n;
  }
  for (let m = 1; m < month; m++) days += BigInt(daysInMonth(year, m));
  return int64(days + BigInt(day - 1));
}

/** Year, month (1–12) and day of a count of days since 1970-01-01, for years 1 to 9999. */
export function dateFromDays(days: bigint): { year: number; month: number; day: number } {
  const date = new Date(Number(days) * 86_400_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
