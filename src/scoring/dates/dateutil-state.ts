import { DateutilError, type YearMonthDayList } from './year-month-day.ts';

/** What dateutil reads from a text; a part that the text lacks is undefined. */
export interface DateutilResult {
  year?: number | undefined;
  month?: number | undefined;
  day?: number | undefined;
  hour?: number | undefined;
  minute?: number | undefined;
  second?: number | undefined;
  microsecond?: number | undefined;
  hasWeekday: boolean;
  zoneName?: string | undefined;
  /** Seconds east of UTC. */
  zoneOffset?: number | undefined;
}

/** A parse under way. `tokens` may be changed by a sign that means its opposite. */
export interface DateutilState {
  readonly tokens: string[];
  readonly ymd: YearMonthDayList;
  readonly result: DateutilResult;
}

/** The token at `index`, which dateutil expects to be there. */
export function tokenAt(tokens: readonly string[], index: number): string {
  const token = tokens[index];
  if (token === undefined) throw new DateutilError('the text ends too early');
  return token;
}

/** An hour of the 12-hour clock, before noon (0) or after (1). */
export const adjustHour = (hour: number, half: number): number => {
  if (hour < 12 && half === 1) return hour + 12;
  return hour === 12 && half === 0 ? 0 : hour;
};
