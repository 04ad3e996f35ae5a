import { daysFromDate, daysInMonth, NS_PER_DAY, NS_PER_MINUTE, NS_PER_SECOND } from './calendar.ts';
import { NAT } from './datetime.ts';

/** The finest part that a text spells out; numpy takes it for the unit. */
export type IsoUnit = 'Y' | 'M' | 'D' | 'h' | 'm' | 's' | 'ms' | 'us' | 'ns' | 'finer';

export interface IsoDatetime {
  /** Nanoseconds since 1970 as C's 64-bit arithmetic gives them, or NAT. */
  readonly ns: bigint;
  /** The same without wrapping at 64 bits; NAT stays NAT. */
  readonly exactNs: bigint;
  readonly unit: IsoUnit;
}

const SPACE = '[ \\t\\n\\v\\f\\r]*';
const ZONE = `(?<zone>Z${SPACE}|[+-]\\d\\d(?::?\\d\\d${SPACE})?|${SPACE})`;
const TIME = `(?<hour>\\d\\d)(?::(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:\\.(?<fraction>\\d{0,18}))?)?)?${ZONE}`;
const PATTERN = new RegExp(
  `^(?<lead>${SPACE}[-+]?)(?!$)(?<year>\\d*)(?:-(?<month>\\d\\d)(?:-(?<day>\\d\\d)(?:[T ]${TIME})?)?)?$`,
);

/**
 * Parse a text as numpy's `datetime64` does: ISO 8601 with dashes, any number of year digits,
 * a zone turned into UTC; `NaT` and `''` are missing, `today` and `now` are relative.
 *
 * A year that does not fit nanoseconds wraps around silently, as in numpy.
 *
 * @param nowMs what `now` means, ms since 1970; without it relative texts are refused
 * @returns undefined when numpy refuses the text
 * @see numpy/_core/src/multiarray/datetime_strings.c, `NpyDatetime_ParseISO8601Datetime`
 */
export function parseIsoDatetime(text: string, nowMs?: number): IsoDatetime | undefined {
  if (/^(?:nat)?$/i.test(text)) return { ns: NAT, exactNs: NAT, unit: 'Y' };
  if (/^(?:today|now)$/i.test(text)) return relative(text.toLowerCase(), nowMs);
  const groups = PATTERN.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { lead = '', year: digits = '', month, day, hour, minute, second, fraction } = groups;
  // Ten to the 64th is a multiple of 2^64: digits before the last 64 cannot be seen.
  const unsigned = BigInt.asIntN(64, BigInt(digits.slice(-64) || 0));
  // The sign counts only as the very first character.
  const year = lead.startsWith('-') ? BigInt.asIntN(64, -unsigned) : unsigned;
  const offset = zoneMinutes((groups['zone'] ?? '').trim());
  if (offset === undefined) return undefined;
  const [m, d] = [Number(month ?? 1), Number(day ?? 1)];
  if (m < 1 || m > 12 || d < 1 || d > daysInMonth(year, m)) return undefined;
  const [h, min, s] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)];
  if (h > 23 || min > 59 || s > 59) return undefined;
  const exactNs =
    daysFromDate(year, m, d) * NS_PER_DAY +
    BigInt((h * 60 + min) * 60 + s) * NS_PER_SECOND +
    BigInt((fraction ?? '').slice(0, 9).padEnd(9, '0')) -
    BigInt(offset) * NS_PER_MINUTE;
  return { ns: BigInt.asIntN(64, exactNs), exactNs, unit: unitOf(groups) };
}

function relative(word: string, nowMs: number | undefined): IsoDatetime | undefined {
  if (nowMs === undefined) return undefined;
  const seconds = BigInt(Math.floor(nowMs / 1000));
  const ns = (word === 'now' ? seconds : seconds - (seconds % 86_400n)) * NS_PER_SECOND;
  return { ns, exactNs: ns, unit: word === 'now' ? 's' : 'D' };
}

/** Minutes east of UTC; undefined when out of range. */
function zoneMinutes(zone: string): number | undefined {
  if (zone === '' || zone === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function unitOf({ month, day, hour, minute, second, fraction }: Record<string, unknown>): IsoUnit {
  if (typeof fraction === 'string') {
    if (fraction.length <= 3) return 'ms';
    if (fraction.length <= 6) return 'us';
    return fraction.length <= 9 ? 'ns' : 'finer';
  }
  if (second !== undefined) return 's';
  if (minute !== undefined) return 'm';
  if (hour !== undefined) return 'h';
  if (day !== undefined) return 'D';
  return month === undefined ? 'Y' : 'M';
}
