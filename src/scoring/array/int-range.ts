import type { Dtype } from '../../model/dtype.ts';

/** Smallest and largest value of an integer dtype. */
export function intRange(dtype: Dtype): { readonly min: bigint; readonly max: bigint } {
  const bits = BigInt(dtype.replace(/\D+/, ''));
  return dtype.startsWith('u')
    ? { min: 0n, max: 2n ** bits - 1n }
    : { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n };
}
