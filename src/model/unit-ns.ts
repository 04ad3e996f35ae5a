import type { Dtype } from './dtype.ts';

const NS_PER_UNIT: Partial<Record<Dtype, bigint>> = {
  'datetime64[ns]': 1n,
  'datetime64[us]': 1_000n,
  'datetime64[ms]': 1_000_000n,
  'datetime64[s]': 1_000_000_000n,
  'datetime64[D]': 86_400_000_000_000n,
  'datetime64[tz]': 1n,
};

/** Nanoseconds in one count of a datetime64 dtype; undefined for every other dtype. */
export const nsPerUnit = (dtype: Dtype): bigint | undefined => NS_PER_UNIT[dtype];
