import { daysInMonth, NS_PER_MINUTE } from '../../model/calendar.ts';
import { nanoseconds, type ParsedDatetime } from './parsed-datetime.ts';
import { isSpace, TextCursor } from './text-cursor.ts';

const SEPARATORS = '-./\\ ';
const FINEST_DIGITS = 18;

interface Draft {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  fraction: string;
  /** Minutes east of UTC. */
  offset: number | undefined;
}

/** What a step says: go on, the text is complete, or pandas refuses it. */
type Step = 'more' | 'done' | 'bad';

/**
 * Read a date as pandas' own ISO 8601 reader does: separators `-./\ ` or none, single digits after
 * a separator, optional colons, a zone.
 *
 * @param format what the text must look like, in `strptime`'s words; any ISO form without it
 * @returns undefined when pandas refuses the text, `outOfBounds` when nanoseconds cannot hold it
 * @see pandas/_libs/src/vendored/numpy/datetime/np_datetime_strings.c, `parse_iso_8601_datetime`
 */
export function parsePandasIso(
  text: string,
  format?: string,
): ParsedDatetime | 'outOfBounds' | undefined {
  const cursor = new TextCursor(text, format);
  const draft: Draft = {
    year: 0,
    month: 1,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    fraction: '',
    offset: undefined,
  };
  let step = readDate(cursor, draft);
  if (step === 'more') step = readTime(cursor, draft);
  if (step === 'more') step = readZone(cursor, draft);
  if (step === 'bad') return undefined;
  const nanos = Number(draft.fraction.slice(0, 9).padEnd(9, '0'));
  const ns = nanoseconds({ ...draft, nanos });
  if (ns === undefined) return 'outOfBounds';
  if (draft.offset === undefined) return { ns, offset: undefined };
  return { ns: ns - BigInt(draft.offset) * NS_PER_MINUTE, offset: draft.offset * 60 };
}

const ending = (cursor: TextCursor): Step => (cursor.isFormatDone ? 'done' : 'bad');

function readDate(cursor: TextCursor, draft: Draft): Step {
  while (isSpace(cursor.char)) {
    cursor.at++;
    if (!cursor.follows(' ')) return 'bad';
  }
  if (cursor.char === '-') cursor.at++;
  if (cursor.isAtEnd || !cursor.follows('%Y')) return 'bad';
  draft.year = cursor.digits(4) ?? 0;
  // The sign counts only as the very first character.
  if (cursor.text.startsWith('-')) draft.year = -draft.year;
  if (cursor.isAtEnd) return ending(cursor);
  let separator = '';
  if (!cursor.isDigit) {
    separator = cursor.char;
    if (!SEPARATORS.includes(separator)) return 'bad';
    cursor.at++;
    if (!cursor.follows(separator) || !cursor.isDigit) return 'bad';
  }
  return readMonthAndDay(cursor, draft, separator);
}

function readMonthAndDay(cursor: TextCursor, draft: Draft, separator: string): Step {
  const needed = separator === '' ? 2 : 1;
  if (!cursor.follows('%m')) return 'bad';
  const month = cursor.oneOrTwoDigits();
  if (month === undefined || month.count < needed) return 'bad';
  draft.month = month.value;
  if (draft.month < 1 || draft.month > 12) return 'bad';
  if (cursor.isAtEnd) return separator === '' ? 'bad' : ending(cursor);
  if (separator !== '') {
    if (cursor.char !== separator || cursor.left === 1) return 'bad';
    cursor.at++;
    if (!cursor.follows(separator)) return 'bad';
  }
  if (!cursor.follows('%d')) return 'bad';
  const day = cursor.oneOrTwoDigits();
  if (day === undefined || day.count < needed) return 'bad';
  draft.day = day.value;
  if (draft.day < 1 || draft.day > daysInMonth(BigInt(draft.year), draft.month)) return 'bad';
  if (cursor.isAtEnd) return ending(cursor);
  const mark = cursor.char;
  if ((mark !== 'T' && mark !== ' ') || cursor.left === 1 || !cursor.follows(mark)) return 'bad';
  cursor.at++;
  return 'more';
}

function readTime(cursor: TextCursor, draft: Draft): Step {
  if (!cursor.follows('%H')) return 'bad';
  const hour = cursor.oneOrTwoDigits();
  if (hour === undefined || hour.value > 23) return 'bad';
  draft.hour = hour.value;
  if (cursor.isAtEnd) return hour.count === 2 ? ending(cursor) : 'bad';
  const hasColons = cursor.char === ':';
  if (hasColons) {
    cursor.at++;
    if (!cursor.isDigit || !cursor.follows(':')) return 'bad';
  } else if (!cursor.isDigit) return hour.count === 2 ? 'more' : 'bad';
  if (!cursor.follows('%M')) return 'bad';
  const minute = cursor.oneOrTwoDigits();
  if (minute === undefined || minute.value > 59) return 'bad';
  if (minute.count < 2 && !hasColons) return 'bad';
  draft.minute = minute.value;
  if (cursor.isAtEnd) return ending(cursor);
  if (hasColons && cursor.char === ':') {
    if (!cursor.follows(':')) return 'bad';
    cursor.at++;
    if (!cursor.isDigit) return 'bad';
  } else if (hasColons || !cursor.isDigit) return 'more';
  return readSeconds(cursor, draft, hasColons);
}

function readSeconds(cursor: TextCursor, draft: Draft, hasColons: boolean): Step {
  if (!cursor.follows('%S')) return 'bad';
  const second = cursor.oneOrTwoDigits();
  if (second === undefined || second.value > 59) return 'bad';
  if (second.count < 2 && !hasColons) return 'bad';
  draft.second = second.value;
  if (cursor.char !== '.') return 'more';
  cursor.at++;
  if (!cursor.follows('.') || !cursor.follows('%f')) return 'bad';
  draft.fraction = cursor.digitText(FINEST_DIGITS);
  return 'more';
}

function readZone(cursor: TextCursor, draft: Draft): Step {
  if (!skipSpace(cursor)) return 'bad';
  if (cursor.isAtEnd) return ending(cursor);
  const mark = cursor.char;
  if (mark === 'Z') {
    if (!cursor.follows('%z')) return 'bad';
    draft.offset = 0;
    cursor.at++;
  } else if (mark === '+' || mark === '-') {
    if (!cursor.follows('%z')) return 'bad';
    cursor.at++;
    if (!readOffset(cursor, draft, mark === '-' ? -1 : 1)) return 'bad';
  }
  if (!skipSpace(cursor) || !cursor.isAtEnd) return 'bad';
  return ending(cursor);
}

function skipSpace(cursor: TextCursor): boolean {
  while (isSpace(cursor.char)) {
    cursor.at++;
    if (!cursor.follows(' ')) return false;
  }
  return true;
}

function readOffset(cursor: TextCursor, draft: Draft, sign: number): boolean {
  const hours = cursor.oneOrTwoDigits();
  if (hours === undefined || hours.value > 23) return false;
  let minutes = 0;
  if (!cursor.isAtEnd) {
    if (cursor.char === ':') cursor.at++;
    const read = cursor.oneOrTwoDigits();
    if (read === undefined || read.value > 59) return false;
    minutes = read.value;
  }
  draft.offset = sign * (hours.value * 60 + minutes);
  return true;
}
