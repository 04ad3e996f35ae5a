import { MONTHS, WEEKDAYS } from './dateutil-words.ts';
import { parsePandasIso } from './pandas-iso.ts';
import { isValidDate, nanoseconds, type ParsedDatetime } from './parsed-datetime.ts';
import { tokenInt } from './year-month-day.ts';

/** Longer names first, so that none is cut short. */
const anyOf = (names: readonly string[]): string =>
  [...names].sort((a, b) => b.length - a.length).join('|');

const PATTERNS: Readonly<Record<string, string>> = {
  Y: '(?<Y>\\p{Nd}{4})',
  m: '(?<m>1[0-2]|0[1-9]|[1-9])',
  d: '(?<d>3[0-1]|[1-2]\\p{Nd}|0[1-9]|[1-9]| [1-9])',
  B: `(?<B>${anyOf(MONTHS.map((forms) => forms[forms.length - 1] as string))})`,
  b: `(?<b>${anyOf(MONTHS.map(([short]) => short))})`,
  H: '(?<H>2[0-3]|[0-1]\\p{Nd}|\\p{Nd})',
  I: '(?<I>1[0-2]|0[1-9]|[1-9])',
  M: '(?<M>[0-5]\\p{Nd}|\\p{Nd})',
  S: '(?<S>6[0-1]|[0-5]\\p{Nd}|\\p{Nd})',
  f: '(?<f>[0-9]{1,9})',
  p: '(?<p>am|pm)',
  a: `(?<a>${anyOf(WEEKDAYS.map(([short]) => short))})`,
  A: `(?<A>${anyOf(WEEKDAYS.map((forms) => forms[forms.length - 1] as string))})`,
  z: '(?<z>[+-]\\p{Nd}\\p{Nd}:?[0-5]\\p{Nd}(?::?[0-5]\\p{Nd}(?:\\.\\p{Nd}{1,6})?)?|(?-i:Z))',
  Z: '(?<Z>[a-z][a-z0-9_+/-]*)',
};

const ISO_FORMAT = /^%Y(?:([-/ \\.]?)%m(?:\1%d(?:[ T]%H(?::%M(?::%S(?:%z|\.%f(?:%z)?)?)?)?)?)?)?$/;

/** A format that all texts of a column must follow. */
export interface DatetimeFormat {
  readonly text: string;
  readonly isIso: boolean;
  readonly pattern: RegExp;
}

/** Compile a format of `strptime`'s directives; undefined for directives unknown to it. */
export function compileFormat(text: string): DatetimeFormat | undefined {
  let isKnown = true;
  const source = text
    .replace(/[\\.^$*+?(){}[\]|]/g, '\\$&')
    .replace(/\s+/g, '\\s+')
    .replace(/%(.?)/g, (_, letter: string) => {
      const pattern = PATTERNS[letter];
      if (pattern === undefined) isKnown = false;
      return pattern ?? '';
    });
  if (!isKnown) return undefined;
  const isIso = ISO_FORMAT.test(text) && text !== '%Y%m';
  return { text, isIso, pattern: new RegExp(`^(?:${source})`, 'iu') };
}

/**
 * Parse a text by a format as pandas' `to_datetime` does.
 *
 * @returns undefined when the text does not follow the format or is out of bounds
 * @see pandas/_libs/tslibs/strptime.pyx, `array_strptime`
 */
export function strptime(text: string, format: DatetimeFormat): ParsedDatetime | undefined {
  if (format.isIso) {
    const iso = parsePandasIso(text, format.text);
    if (iso !== undefined) return iso === 'outOfBounds' ? undefined : iso;
  }
  const match = format.pattern.exec(text);
  if (match === null || match[0].length !== text.length) return undefined;
  const groups = match.groups ?? {};
  const number = (key: string, byDefault: number) =>
    groups[key] === undefined ? byDefault : tokenInt(groups[key]);
  const month = number('m', monthNamed(groups['B'] ?? groups['b']));
  const fields = {
    year: number('Y', 1900),
    month,
    day: number('d', 1),
    hour: hourOf(groups, number('H', 0)),
    minute: number('M', 0),
    second: number('S', 0),
    nanos: Number((groups['f'] ?? '').padEnd(9, '0')),
  };
  if (!isValidDate(fields.year, fields.month, fields.day)) return undefined;
  const ns = nanoseconds(fields);
  const offset = offsetOf(groups);
  if (ns === undefined || offset === 'unknown') return undefined;
  return { ns: ns - BigInt(offset ?? 0) * 1_000_000_000n, offset };
}

function monthNamed(name: string | undefined): number {
  if (name === undefined) return 1;
  const short = name.toLowerCase().slice(0, 3);
  return MONTHS.findIndex(([first]) => first === short) + 1;
}

function hourOf(groups: Record<string, string>, hour: number): number {
  if (groups['I'] === undefined) return hour;
  const half = Number(groups['I']) % 12;
  return groups['p']?.toLowerCase() === 'pm' ? half + 12 : half;
}

/** Seconds east of UTC; undefined without a zone in the format. */
function offsetOf(groups: Record<string, string>): number | 'unknown' | undefined {
  if (groups['Z'] !== undefined) return isZoneName(groups['Z']) ? 0 : 'unknown';
  const text = groups['z'];
  if (text === undefined) return undefined;
  if (text === 'Z') return 0;
  const digits = text.slice(1).replaceAll(':', '');
  const part = (start: number) => tokenInt(digits.slice(start, start + 2) || '0');
  const seconds = part(0) * 3600 + part(2) * 60 + part(4);
  if (seconds >= 86_400) return 'unknown';
  return text.startsWith('-') ? -seconds : seconds;
}

/** Which zone it is does not matter: no model column takes dates with one. */
function isZoneName(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the caller reports the text
  }
}
