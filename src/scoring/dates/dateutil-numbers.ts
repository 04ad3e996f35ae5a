import { adjustHour, type DateutilState, tokenAt } from './dateutil-state.ts';
import { WORDS } from './dateutil-words.ts';
import { type DecimalToken, decimalToken, secondsToken, sixtiethsOf } from './decimal-token.ts';
import { DateutilError, tokenInt } from './year-month-day.ts';

/**
 * Read a number and what belongs to it: a date or time without separators, a clock, a part of a
 * date, an hour before am or pm.
 *
 * @returns the index of the last token used
 * @see dateutil/parser/_parser.py, `parser._parse_numeric_token`
 */
export function numericToken(state: DateutilState, i: number): number {
  const { tokens, ymd, result } = state;
  const text = tokenAt(tokens, i);
  const number = decimalToken(text);
  const length = [...text].length;
  const next = tokens[i + 1];
  const isTimeAfterDate =
    ymd.length === 3 &&
    (length === 2 || length === 4) &&
    result.hour === undefined &&
    (next === undefined || (next !== ':' && WORDS.clock(next) === undefined));
  if (isTimeAfterDate) {
    result.hour = tokenInt(text.slice(0, 2));
    if (length === 4) result.minute = tokenInt(text.slice(2));
    return i;
  }
  if (length === 6 || (length > 6 && text.indexOf('.') === 6)) return sixDigits(state, text, i);
  if (length === 8 || length === 12 || length === 14) return longDigits(state, text, i);
  const unit = clockUnitIndex(tokens, i);
  if (unit !== undefined) return clockUnit(state, i, unit);
  if (next === ':' && i + 2 < tokens.length) return clockWithColons(state, i, number);
  if (next === '-' || next === '/' || next === '.') return separatedDate(state, i, next);
  return loneNumber(state, i, number);
}

function sixDigits({ ymd, result }: DateutilState, text: string, i: number): number {
  const [a, b, c] = [text.slice(0, 2), text.slice(2, 4), text.slice(4)];
  if (ymd.length === 0 && !text.includes('.')) {
    ymd.append(a);
    ymd.append(b);
    ymd.append(c);
  } else {
    result.hour = tokenInt(a);
    result.minute = tokenInt(b);
    [result.second, result.microsecond] = secondsToken(c);
  }
  return i;
}

function longDigits({ ymd, result }: DateutilState, text: string, i: number): number {
  ymd.append(text.slice(0, 4), 'Y');
  ymd.append(text.slice(4, 6));
  ymd.append(text.slice(6, 8));
  if (text.length > 8) {
    result.hour = tokenInt(text.slice(8, 10));
    result.minute = tokenInt(text.slice(10, 12));
    if (text.length > 12) result.second = tokenInt(text.slice(12));
  }
  return i;
}

/** Where the `h`, `m` or `s` of a number stands, if anywhere. */
function clockUnitIndex(tokens: readonly string[], i: number): number | undefined {
  const isUnit = (index: number) => WORDS.clock(tokens[index] ?? '') !== undefined;
  if (isUnit(i + 1)) return i + 1;
  if (tokens[i + 1] === ' ' && isUnit(i + 2)) return i + 2;
  if (i > 0 && isUnit(i - 1)) return i - 1;
  const isLast = i === tokens.length - 1;
  return i > 1 && isLast && tokens[i - 1] === ' ' && isUnit(i - 2) ? i - 2 : undefined;
}

/** A number takes the unit behind it, or the one after the unit before it (`10h36`). */
function clockUnit({ tokens, result }: DateutilState, i: number, unitIndex: number): number {
  const text = tokenAt(tokens, i);
  const unit = WORDS.clock(tokenAt(tokens, unitIndex)) as number;
  const part = unitIndex > i ? unit : unit + 1;
  const number = decimalToken(text);
  if (part === 0) {
    result.hour = number.whole;
    result.minute = sixtiethsOf(number) ?? result.minute;
  } else if (part === 1) {
    result.minute = number.whole;
    result.second = sixtiethsOf(number);
  } else if (part === 2) {
    [result.second, result.microsecond] = secondsToken(text);
  }
  return Math.max(i, unitIndex);
}

function clockWithColons({ tokens, result }: DateutilState, i: number, hour: DecimalToken): number {
  result.hour = hour.whole;
  const minute = decimalToken(tokenAt(tokens, i + 2));
  result.minute = minute.whole;
  result.second = sixtiethsOf(minute);
  if (tokens[i + 3] !== ':' || i + 4 >= tokens.length) return i + 2;
  [result.second, result.microsecond] = secondsToken(tokenAt(tokens, i + 4));
  return i + 4;
}

function separatedDate({ tokens, ymd }: DateutilState, i: number, separator: string): number {
  ymd.append(tokenAt(tokens, i));
  const second = tokens[i + 2];
  if (second === undefined || WORDS.isJump(second)) return i + 1;
  if (/^\p{Nd}+$/u.test(second)) ymd.append(second);
  else {
    const month = WORDS.month(second);
    if (month === undefined) throw new DateutilError('no month');
    ymd.append(month, 'M');
  }
  if (tokens[i + 3] !== separator) return i + 2;
  const third = tokenAt(tokens, i + 4);
  const month = WORDS.month(third);
  if (month === undefined) ymd.append(third);
  else ymd.append(month, 'M');
  return i + 4;
}

function loneNumber(
  { tokens, ymd, result }: DateutilState,
  i: number,
  number: DecimalToken,
): number {
  const next = tokens[i + 1];
  if (next === undefined || WORDS.isJump(next)) {
    const half = WORDS.halfDay(tokens[i + 2] ?? '');
    if (half === undefined) {
      ymd.append(number.value);
      return i + 1;
    }
    result.hour = adjustHour(number.whole, half);
    return i + 2;
  }
  const half = WORDS.halfDay(next);
  if (half !== undefined && number.value >= 0 && number.value < 24) {
    result.hour = adjustHour(number.whole, half);
    return i + 1;
  }
  if (!ymd.couldBeDay(number.value)) throw new DateutilError('no day');
  ymd.append(number.value);
  return i;
}
