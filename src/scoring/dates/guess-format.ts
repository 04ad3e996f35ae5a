import { pythonFloatOf } from '../../model/number-text.ts';
import { type DateutilDatetime, dateOf, dateutilDatetime } from './dateutil-datetime.ts';
import { clockOf } from './parse-datetime-text.ts';
import { strftime } from './strftime.ts';
import { compileFormat, type DatetimeFormat, strptime } from './strptime.ts';

/** Directives in the order pandas tries them: what they cover, the format, digits to fill up. */
const CANDIDATES: readonly (readonly [readonly string[], string, number])[] = [
  [['year', 'month', 'day', 'hour', 'minute', 'second'], '%Y%m%d%H%M%S', 0],
  [['year', 'month', 'day', 'hour', 'minute'], '%Y%m%d%H%M', 0],
  [['year', 'month', 'day', 'hour'], '%Y%m%d%H', 0],
  [['year', 'month', 'day'], '%Y%m%d', 0],
  [['hour', 'minute', 'second'], '%H%M%S', 0],
  [['hour', 'minute'], '%H%M', 0],
  [['year'], '%Y', 0],
  [['month'], '%B', 0],
  [['month'], '%b', 0],
  [['month'], '%m', 2],
  [['day'], '%d', 2],
  [['hour'], '%H', 2],
  [['minute'], '%M', 2],
  [['second'], '%S', 2],
  [['second', 'microsecond'], '%S.%f', 0],
  [['tzinfo'], '%z', 0],
  [['tzinfo'], '%Z', 0],
  [['day_of_week'], '%a', 0],
  [['day_of_week'], '%A', 0],
  [['meridiem'], '%p', 0],
];

/**
 * Guess the format of a date text: parse it, then find which directive prints each of its parts.
 *
 * @returns undefined when the parts do not make a whole date that prints as the text does
 * @see pandas/_libs/tslibs/parsing.pyx, `guess_datetime_format`
 */
export function guessFormat(text: string, nowMs: number | undefined): DatetimeFormat | undefined {
  const today = dateOf(clockOf(nowMs));
  const date = dateutilDatetime(text, today, today.year);
  if (date === undefined) return undefined;
  const tokens = withJoinedOffset(formatTokens(text), date);
  const { guesses, found } = assignDirectives(tokens, date);
  const isDate = ['year', 'month', 'day'].every((part) => found.has(part));
  const isMonth = guesses.length === 3 && guesses[0] === '%Y' && guesses[1] === undefined;
  const isYearOrMonth =
    (guesses.length === 1 && guesses[0] === '%Y') ||
    (isMonth && guesses[2] === '%m' && tokens[1] === '-');
  if (!isDate && !isYearOrMonth) return undefined;
  const parts = guesses.map((guess, i) => guess ?? (tokens[i] as string));
  const isNumberLeft = guesses.some(
    (guess, i) => guess === undefined && pythonFloatOf(tokens[i] as string) !== undefined,
  );
  if (isNumberLeft) return undefined;
  const hour = parts.indexOf('%H');
  if (hour >= 0 && parts.includes('%p')) parts[hour] = '%I';
  const format = compileFormat(parts.join(''));
  if (format === undefined || strptime(text, format) === undefined) return undefined;
  return strftime(date, format.text) === tokens.join('') ? format : undefined;
}

/** The parts of a text for the guess: other rules than the parser's own. */
function formatTokens(text: string): string[] {
  const tokens: (string | undefined)[] =
    text
      .replaceAll('\0', '')
      .match(
        /\s|(?<![.\p{Nd}])\p{Nd}+\.\p{Nd}+(?![.\p{Nd}])|\p{Nd}+|[a-zA-Z]+|[./:]+|[^\p{Nd}a-zA-Z./:\s]+/gu,
      ) ?? [];
  const isNumber = (token: string | undefined) => token !== undefined && /^\p{Nd}+$/u.test(token);
  // A comma between numbers is a decimal point.
  for (let i = 0; i + 2 < tokens.length; i++) {
    if (isNumber(tokens[i]) && tokens[i + 1] === ',' && isNumber(tokens[i + 2])) {
      tokens[i] = `${tokens[i]}.${tokens[i + 2]}`;
      tokens[i + 1] = undefined;
      tokens[i + 2] = undefined;
    }
  }
  return tokens.filter((token) => token !== undefined);
}

/** A zone offset is one part, however it is written. */
function withJoinedOffset(tokens: string[], date: DateutilDatetime): string[] {
  if (date.zone === undefined) return tokens;
  const isSign = (token: string | undefined) => token === '+' || token === '-';
  const count = tokens.length;
  let start = count;
  if (tokens[count - 1] === 'Z') start = count - 1;
  else if (isSign(tokens[count - 2])) start = count - 2;
  else if (isSign(tokens[count - 4])) start = count - 4;
  return start === count ? tokens : [...tokens.slice(0, start), strftime(date, '%z')];
}

function assignDirectives(
  tokens: string[],
  date: DateutilDatetime,
): { guesses: (string | undefined)[]; found: Set<string> } {
  const guesses = new Array<string | undefined>(tokens.length).fill(undefined);
  const found = new Set<string>();
  for (const [parts, format, width] of CANDIDATES) {
    if (parts.some((part) => found.has(part))) continue;
    if (date.zone === undefined && (format === '%z' || format === '%Z')) continue;
    const printed = strftime(date, format);
    const at = tokens.findIndex(
      (token, i) => guesses[i] === undefined && filled(token, width) === printed,
    );
    if (at < 0) continue;
    guesses[at] = format;
    tokens[at] = printed;
    for (const part of parts) found.add(part);
  }
  return { guesses, found };
}

/** Fill up with zeros in front; seconds with a fraction get two and six digits. */
function filled(token: string, width: number): string {
  if (!/\p{Nd}+\.\p{Nd}+/u.test(token)) {
    const sign = /^[+-]/.exec(token)?.[0] ?? '';
    return sign + token.slice(sign.length).padStart(width - sign.length, '0');
  }
  const [seconds = '', fraction = ''] = token.split('.');
  return `${String(Number(seconds)).padStart(2, '0')}.${fraction.padEnd(9, '0').slice(0, 6)}`;
}
