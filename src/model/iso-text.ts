import { dateFromDays, NS_PER_DAY, NS_PER_MINUTE } from './calendar.ts';
import { type Datetime, NAT } from './datetime.ts';

/**
 * A date as Python's `isoformat()` writes it, and with a blank for the `T` as `str()` does.
 *
 * Six digits of a fraction, if there is one; nine if a pandas Timestamp needs them. `NaT` is text.
 */
export function isoText({ kind, ns, offsetMinutes }: Datetime, separator: 'T' | ' ' = 'T'): string {
  if (ns === NAT) return 'NaT';
  const local = offsetMinutes === undefined ? ns : ns + BigInt(offsetMinutes) * NS_PER_MINUTE;
  const zone = offsetMinutes === undefined ? '' : zoneText(offsetMinutes);
  const inDay = ((local % NS_PER_DAY) + NS_PER_DAY) % NS_PER_DAY;
  if (kind === 'time') return clockText(Number(inDay)) + zone;
  const date = dateText((local - inDay) / NS_PER_DAY);
  return kind === 'date' ? date : `${date}${separator}${clockText(Number(inDay))}${zone}`;
}

/** `2024-01-31`, from days since 1970-01-01. */
function dateText(days: bigint): string {
  const { year, month, day } = dateFromDays(days);
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** `23:59:59`, `23:59:59.000001` or `23:59:59.000000001`, from nanoseconds since midnight. */
function clockText(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  const text = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  const fraction = ns % 1e9;
  if (fraction === 0) return text;
  return fraction % 1000 === 0
    ? `${text}.${pad(fraction / 1000, 6)}`
    : `${text}.${pad(fraction, 9)}`;
}

/** `+01:00`. */
function zoneText(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
