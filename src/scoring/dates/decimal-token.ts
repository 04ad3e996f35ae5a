import { pythonFloatOf } from '../../model/number-text.ts';
import { DateutilError, tokenInt } from './year-month-day.ts';

/** An unsigned decimal number of a date text, exact: `whole` and the digits behind the point. */
export interface DecimalToken {
  readonly whole: number;
  readonly fraction: string;
  /** The nearest double, for comparisons. */
  readonly value: number;
}

/** @throws {DateutilError} when the token is no finite number */
export function decimalToken(text: string): DecimalToken {
  const value = pythonFloatOf(text);
  if (value === undefined || !Number.isFinite(value)) throw new DateutilError('no number');
  const [whole = '', fraction = ''] = text.split('.');
  return {
    whole: whole === '' ? 0 : tokenInt(whole),
    fraction: fraction.replace(/0+$/, ''),
    value,
  };
}

/** 60 times the fraction, cut to a whole number; undefined when there is none. */
export function sixtiethsOf({ fraction }: DecimalToken): number | undefined {
  if (fraction === '') return undefined;
  return Number((60n * BigInt(tokenInt(fraction))) / 10n ** BigInt(fraction.length));
}

/** `I[.F]` as seconds and microseconds. */
export function secondsToken(text: string): readonly [number, number] {
  const parts = text.split('.');
  if (parts.length === 1) return [tokenInt(text), 0];
  if (parts.length !== 2) throw new DateutilError('two points');
  const [whole = '', fraction = ''] = parts;
  return [tokenInt(whole), tokenInt(fraction.padEnd(6, '0').slice(0, 6))];
}
