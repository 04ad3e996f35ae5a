import { NS_PER_DAY, NS_PER_SECOND } from './calendar.ts';
import type { Dtype } from './dtype.ts';

/** Nanoseconds in one of each unit that a datetime64 can count. */
export const NS_PER_UNIT = {
  D: NS_PER_DAY,
  s: NS_PER_SECOND,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
} as const;

const NS_PER_COUNT: Partial<Record<Dtype, bigint>> = {
  'datetime64[ns]': NS_PER_UNIT.ns,
  'datetime64[us]': NS_PER_UNIT.us,
  'datetime64[ms]': NS_PER_UNIT.ms,
  'datetime64[s]': NS_PER_UNIT.s,
  'datetime64[D]': NS_PER_UNIT.D,
  'datetime64[tz]': NS_PER_UNIT.ns,
};

/** Nanoseconds in one count of a datetime64 dtype; undefined for every other dtype. */
export const nsPerUnit = (dtype: Dtype): bigint | undefined => NS_PER_COUNT[dtype];
