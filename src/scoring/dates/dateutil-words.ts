export const MONTHS = [
  ['jan', 'january'],
  ['feb', 'february'],
  ['mar', 'march'],
  ['apr', 'april'],
  ['may'],
  ['jun', 'june'],
  ['jul', 'july'],
  ['aug', 'august'],
  ['sep', 'sept', 'september'],
  ['oct', 'october'],
  ['nov', 'november'],
  ['dec', 'december'],
] as const;

export const WEEKDAYS = [
  ['mon', 'monday'],
  ['tue', 'tuesday'],
  ['wed', 'wednesday'],
  ['thu', 'thursday'],
  ['fri', 'friday'],
  ['sat', 'saturday'],
  ['sun', 'sunday'],
] as const;

const CLOCK = [
  ['h', 'hour', 'hours'],
  ['m', 'minute', 'minutes'],
  ['s', 'second', 'seconds'],
];
const HALF_DAYS = [
  ['am', 'a'],
  ['pm', 'p'],
];
const JUMPS: ReadonlySet<string> = new Set(
  " |.|,|;|-|/|'|at|on|and|ad|m|t|of|st|nd|rd|th".split('|'),
);
const UTC_NAMES: ReadonlySet<string> = new Set(['utc', 'gmt', 'z']);

const lookup = (words: readonly (readonly string[])[]): ReadonlyMap<string, number> =>
  new Map(words.flatMap((names, index) => names.map((name) => [name, index] as const)));

const MONTH_INDEX = lookup(MONTHS);
const WEEKDAY_INDEX = lookup(WEEKDAYS);
const CLOCK_INDEX = lookup(CLOCK);
const HALF_DAY_INDEX = lookup(HALF_DAYS);

/**
 * dateutil's English vocabulary; every lookup ignores case.
 *
 * @see dateutil/parser/_parser.py, `parserinfo`
 */
export const WORDS = {
  /** 1 to 12. */
  month: (word: string): number | undefined => {
    const index = MONTH_INDEX.get(word.toLowerCase());
    return index === undefined ? undefined : index + 1;
  },
  isWeekday: (word: string): boolean => WEEKDAY_INDEX.has(word.toLowerCase()),
  /** 0 hour, 1 minute, 2 second. */
  clock: (word: string): number | undefined => CLOCK_INDEX.get(word.toLowerCase()),
  /** 0 before noon, 1 after. */
  halfDay: (word: string): number | undefined => HALF_DAY_INDEX.get(word.toLowerCase()),
  isJump: (word: string): boolean => JUMPS.has(word.toLowerCase()),
  isUtc: (word: string): boolean => UTC_NAMES.has(word.toLowerCase()),
  /** dateutil looks the name itself up among lower-case ones, so only `z` has an offset. */
  utcOffset: (word: string): 0 | undefined => (UTC_NAMES.has(word) ? 0 : undefined),
} as const;
