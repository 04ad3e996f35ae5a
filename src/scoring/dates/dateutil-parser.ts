import { pythonFloatOf } from '../../model/number-text.ts';
import { dateutilTokens } from './dateutil-lexer.ts';
import { numericToken } from './dateutil-numbers.ts';
import { adjustHour, type DateutilResult, type DateutilState, tokenAt } from './dateutil-state.ts';
import { WORDS } from './dateutil-words.ts';
import { DateutilError, tokenInt, YearMonthDayList } from './year-month-day.ts';

/** Longer texts are no dates; dateutil would take its time to find that out. */
const MAX_LENGTH = 1000;

/**
 * dateutil's parser without its options: `Jan 5, 2020 3pm`, `05/01/20`, `20200105T1015Z` …
 *
 * @param currentYear decides the century of two-digit years
 * @returns undefined when dateutil finds no date
 * @see dateutil/parser/_parser.py, `parser._parse`
 */
export function parseDateutil(text: string, currentYear: number): DateutilResult | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const state: DateutilState = {
    tokens: dateutilTokens(text),
    ymd: new YearMonthDayList(),
    result: { hasWeekday: false },
  };
  try {
    for (let i = 0; i < state.tokens.length; i++) i = readToken(state, i, currentYear);
    const [year, month, day] = state.ymd.resolve();
    Object.assign(state.result, { year, month, day });
  } catch (error) {
    if (error instanceof DateutilError) return undefined;
    throw error;
  }
  return finished(state, currentYear);
}

/** Read the token at `i` and what belongs to it; the index of the last token used. */
function readToken(state: DateutilState, i: number, currentYear: number): number {
  const { tokens, result } = state;
  const token = tokenAt(tokens, i);
  if (pythonFloatOf(token) !== undefined) return numericToken(state, i);
  if (WORDS.isWeekday(token)) {
    result.hasWeekday = true;
    return i;
  }
  if (WORDS.month(token) !== undefined) return monthToken(state, i, currentYear);
  if (WORDS.halfDay(token) !== undefined) {
    result.hour = hourOfHalfDay(result.hour, WORDS.halfDay(token) as number);
    return i;
  }
  if (couldBeZone(result, token)) return zoneNameToken(state, i);
  if (result.hour !== undefined && (token === '+' || token === '-')) return offsetToken(state, i);
  if (WORDS.isJump(token)) return i;
  throw new DateutilError('an unknown word');
}

function monthToken({ tokens, ymd }: DateutilState, i: number, currentYear: number): number {
  ymd.append(WORDS.month(tokenAt(tokens, i)) as number, 'M');
  const separator = tokens[i + 1];
  if (separator === '-' || separator === '/') {
    ymd.append(tokenAt(tokens, i + 2));
    if (tokens[i + 3] !== separator) return i + 2;
    ymd.append(tokenAt(tokens, i + 4));
    return i + 4;
  }
  const isYearOf =
    separator === ' ' && tokens[i + 3] === ' ' && tokens[i + 2]?.toLowerCase() === 'of';
  const year = tokens[i + 4];
  if (!isYearOf || year === undefined) return i;
  if (/^\p{Nd}+$/u.test(year)) ymd.append(String(fullYear(tokenInt(year), currentYear)), 'Y');
  return i + 4;
}

function hourOfHalfDay(hour: number | undefined, half: number): number {
  if (hour === undefined || hour < 0 || hour > 12) throw new DateutilError('no 12-hour clock');
  return adjustHour(hour, half);
}

const couldBeZone = (result: DateutilResult, token: string): boolean =>
  result.hour !== undefined &&
  result.zoneName === undefined &&
  result.zoneOffset === undefined &&
  [...token].length <= 5 &&
  (/^[A-Z]*$/.test(token) || token === 'z');

/** `UTC+3` means three hours behind UTC to dateutil: the sign is turned around. */
function zoneNameToken({ tokens, result }: DateutilState, i: number): number {
  const name = tokenAt(tokens, i);
  result.zoneName = name;
  result.zoneOffset = WORDS.utcOffset(name);
  const sign = tokens[i + 1];
  if (sign === '+' || sign === '-') {
    tokens[i + 1] = sign === '+' ? '-' : '+';
    result.zoneOffset = undefined;
    if (WORDS.isUtc(name)) result.zoneName = undefined;
  }
  return i;
}

function offsetToken({ tokens, result }: DateutilState, start: number): number {
  let i = start;
  const sign = tokens[i] === '+' ? 1 : -1;
  const digits = tokenAt(tokens, i + 1);
  let hours: number;
  let minutes = 0;
  if (digits.length === 4) {
    hours = tokenInt(digits.slice(0, 2));
    minutes = tokenInt(digits.slice(2));
  } else if (tokens[i + 2] === ':') {
    hours = tokenInt(digits);
    minutes = tokenInt(tokenAt(tokens, i + 3));
    i += 2;
  } else if (digits.length <= 2) {
    hours = tokenInt(digits.slice(0, 2));
  } else throw new DateutilError('no offset');
  result.zoneOffset = sign * (hours * 3600 + minutes * 60);
  const name = tokens[i + 4];
  const isNamed =
    WORDS.isJump(tokens[i + 2] ?? '?') &&
    tokens[i + 3] === '(' &&
    tokens[i + 5] === ')' &&
    name !== undefined &&
    name.length >= 3 &&
    couldBeZone({ ...result, zoneOffset: undefined }, name);
  if (!isNamed) return i + 1;
  result.zoneName = name;
  return i + 5;
}

/** Two-digit years lie within 50 years of now. */
function fullYear(year: number, currentYear: number): number {
  if (year >= 100) return year;
  const full = year + Math.floor(currentYear / 100) * 100;
  if (full >= currentYear + 50) return full - 100;
  return full < currentYear - 50 ? full + 100 : full;
}

function finished({ result, ymd }: DateutilState, currentYear: number): DateutilResult {
  if (result.year !== undefined && !ymd.isCenturyKnown) {
    result.year = fullYear(result.year, currentYear);
  }
  const { zoneName, zoneOffset } = result;
  if ((zoneOffset === 0 && !zoneName) || zoneName === 'Z' || zoneName === 'z') {
    result.zoneName = 'UTC';
    result.zoneOffset = 0;
  } else if (zoneOffset !== 0 && zoneName && WORDS.isUtc(zoneName)) {
    result.zoneOffset = 0;
  }
  return result;
}
