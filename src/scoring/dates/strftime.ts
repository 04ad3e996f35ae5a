import { daysFromDate } from '../../model/calendar.ts';
import type { DateutilDatetime } from './dateutil-datetime.ts';
import { MONTHS, WEEKDAYS } from './dateutil-words.ts';

const two = (value: number): string => String(value).padStart(2, '0');

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** Mon is 0. */
function weekdayOf({ fields }: DateutilDatetime): number {
  const days = Number(daysFromDate(BigInt(fields.year), fields.month, fields.day));
  return (((days + 3) % 7) + 7) % 7;
}

/** Each name is the last of its forms; short ones have three letters. */
const longName = (forms: readonly string[]): string => capital(forms[forms.length - 1] ?? '');

function offsetText(offset: number): string {
  const size = Math.abs(offset);
  const seconds = size % 60 === 0 ? '' : two(size % 60);
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 3600))}${two(Math.floor(size / 60) % 60)}${seconds}`;
}

const DIRECTIVES: Readonly<Record<string, (date: DateutilDatetime) => string>> = {
  Y: ({ fields }) => String(fields.year),
  m: ({ fields }) => two(fields.month),
  d: ({ fields }) => two(fields.day),
  B: ({ fields }) => longName(MONTHS[fields.month - 1] ?? []),
  b: ({ fields }) => longName(MONTHS[fields.month - 1] ?? []).slice(0, 3),
  H: ({ fields }) => two(fields.hour),
  I: ({ fields }) => two(fields.hour % 12 || 12),
  M: ({ fields }) => two(fields.minute),
  S: ({ fields }) => two(fields.second),
  f: ({ fields }) => String(Math.floor(fields.nanos / 1000)).padStart(6, '0'),
  p: ({ fields }) => (fields.hour < 12 ? 'AM' : 'PM'),
  a: (date) => longName(WEEKDAYS[weekdayOf(date)] ?? []).slice(0, 3),
  A: (date) => longName(WEEKDAYS[weekdayOf(date)] ?? []),
  z: ({ zone }) => (zone === undefined ? '' : offsetText(zone.offset)),
  Z: ({ zone }) => zone?.name ?? '',
};

/** Python's `datetime.strftime` on Linux, in English; years are not padded. */
export const strftime = (date: DateutilDatetime, format: string): string =>
  format.replace(/%(.)/g, (directive, letter: string) => DIRECTIVES[letter]?.(date) ?? directive);
