import { parseDouble } from '../csv/csv-number.ts';
import { dateOf, dateutilDatetime } from './dateutil-datetime.ts';
import { MONTHS } from './dateutil-words.ts';
import { parsePandasIso } from './pandas-iso.ts';
import {
  type DatetimeFields,
  isValidDate,
  nanoseconds,
  type ParsedDatetime,
} from './parsed-datetime.ts';

/** dateutil's century rule and `now` need a clock; without one the epoch stands in. */
export const clockOf = (nowMs: number | undefined): number => nowMs ?? 0;

/**
 * Parse one text as pandas does when it knows no format for the column: ISO 8601, then
 * `MM/DD/YYYY` and its like, quarters and months, then dateutil.
 *
 * @returns undefined when pandas raises
 * @see pandas/_libs/tslibs/conversion.pyx, `convert_str_to_tsobject`
 */
export function parseDatetimeText(
  text: string,
  nowMs: number | undefined,
): ParsedDatetime | undefined {
  if (text === 'now' || text === 'today') return relativeDatetime(nowMs);
  const iso = parsePandasIso(text);
  if (iso !== undefined) return iso === 'outOfBounds' ? undefined : iso;
  if (!looksLikeDatetime(text)) return undefined;
  if (looksLikeTime(text)) return throughDateutil(text, nowMs, true);
  const delimited = delimitedDate(text);
  if (delimited === 'bad') return undefined;
  const fields = delimited ?? abbreviatedDate(text);
  if (fields === 'bad') return undefined;
  return fields === undefined ? throughDateutil(text, nowMs, false) : parsed(fields, undefined);
}

/** `now` and `today` mean the same to pandas: this moment. Units: microseconds kept. */
export const relativeDatetime = (nowMs: number | undefined): ParsedDatetime | undefined =>
  nowMs === undefined
    ? undefined
    : { ns: BigInt(Math.floor(nowMs * 1000)) * 1000n, offset: undefined };

function parsed(fields: DatetimeFields, offset: number | undefined): ParsedDatetime | undefined {
  const ns = nanoseconds(fields);
  if (ns === undefined) return undefined;
  return { ns: ns - BigInt(offset ?? 0) * 1_000_000_000n, offset };
}

function throughDateutil(
  text: string,
  nowMs: number | undefined,
  isTimeOnly: boolean,
): ParsedDatetime | undefined {
  const today = dateOf(clockOf(nowMs));
  const found = dateutilDatetime(
    text,
    isTimeOnly ? today : { year: 1, month: 1, day: 1 },
    today.year,
  );
  if (found === undefined) return undefined;
  const unit = 10 ** (9 - found.keptDigits);
  const { nanos } = found.fields;
  return parsed({ ...found.fields, nanos: nanos - (nanos % unit) }, found.zone?.offset);
}

const NOT_DATES: ReadonlySet<string> = new Set(['a', 'A', 'm', 'M', 'p', 'P', 't', 'T']);

/** Numbers below 1000 are no dates, unless they start with 0. */
function looksLikeDatetime(text: string): boolean {
  if (text.startsWith('0')) return true;
  if (NOT_DATES.has(text)) return false;
  const bytes = new TextEncoder().encode(text);
  const value = /^[\s\d.eE+-]*$/.test(text) ? parseDouble(bytes, 0, bytes.length) : Number.NaN;
  return Number.isNaN(value) || value >= 1000;
}

function looksLikeTime(text: string): boolean {
  const [, hour, minute] = /^(\d|\d\d):(\d\d)/.exec(text) ?? [];
  return hour !== undefined && Number(hour) <= 23 && Number(minute) <= 59;
}

const DELIMITED =
  /^(?:(\d\d)[ /.-](\d\d)[ /.-](\d{4})|(\d)[ /.-](\d\d)[ /.-](\d{4})|(\d\d)[ /.-](\d)[ /.-](\d{4})|(\d)[ /.-](\d)[ /.-](\d{4}))$/;
const MONTH_AND_YEAR = /^(\d\d)[ /-](\d{4})$/;

/** `MM/DD/YYYY`, or day first when the month would be above 12; `MM/YYYY`. */
function delimitedDate(text: string): DatetimeFields | 'bad' | undefined {
  const full = DELIMITED.exec(text)
    ?.slice(1)
    .filter((part) => part !== undefined);
  const short = MONTH_AND_YEAR.exec(text);
  if (full === undefined && short === null) return undefined;
  let [month, day, year] = full
    ? (full.map(Number) as [number, number, number])
    : [Number(short?.[1]), 1, Number(short?.[2])];
  if (year < 1000) return undefined;
  if (month < 1 || month > 31 || day < 1 || day > 31 || (month > 12 && day > 12)) return 'bad';
  if (month > 12 && full) [month, day] = [day, month];
  return isValidDate(year, month, day) ? midnight(year, month, day) : 'bad';
}

const midnight = (year: number, month: number, day: number): DatetimeFields => ({
  year,
  month,
  day,
  hour: 0,
  minute: 0,
  second: 0,
  nanos: 0,
});

/**
 * A year, a quarter (`2Q2005`, `05Q1`, `2005-Q1`), a month (`2020-01`, `Jan 2020`, `Jan-2020`).
 *
 * @see pandas/_libs/tslibs/parsing.pyx, `_parse_dateabbr_string`
 */
function abbreviatedDate(text: string): DatetimeFields | 'bad' | undefined {
  const upper = text.toUpperCase();
  if (/^\d{4}$/.test(upper) && Number(upper) > 0) return midnight(Number(upper), 1, 1);
  const quarter = quarterOf(upper);
  if (quarter !== undefined) return quarter;
  const iso = /^(\d{4})-(1[0-2]|0[1-9]|[1-9])$/.exec(upper);
  if (iso) return Number(iso[1]) > 0 ? midnight(Number(iso[1]), Number(iso[2]), 1) : undefined;
  const named = /^([A-Z]{3})(?:\s+|-)(\d{4})$/.exec(upper);
  const month = MONTHS.findIndex(([name]) => name.toUpperCase() === named?.[1]);
  if (month < 0 || Number(named?.[2]) < 1) return undefined;
  return midnight(Number(named?.[2]), month + 1, 1);
}

const QUARTER_FIRST = /^(.)Q(-?)(\d\d|\d{4})$/;
const YEAR_FIRST = /^(\d\d|\d{4})(-?)Q(.)$/;

function quarterOf(text: string): DatetimeFields | 'bad' | undefined {
  const first = QUARTER_FIRST.exec(text);
  const last = YEAR_FIRST.exec(text);
  const [year, quarter] = first ? [first[3], first[1]] : [last?.[1], last?.[3]];
  if (year === undefined || quarter === undefined) return undefined;
  if (!/^[1-4]$/.test(quarter)) return 'bad';
  const full = year.length === 2 ? 2000 + Number(year) : Number(year);
  return full < 1 ? undefined : midnight(full, Number(quarter) * 3 - 2, 1);
}
