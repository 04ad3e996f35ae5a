import type { Dtype } from '../../model/dtype.ts';
import { INT64_MIN } from '../../model/int64.ts';

const INT32_MIN = -(2 ** 31);
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

/**
 * How C on x86-64 turns a double into an integer dtype: cut toward zero; what does not fit becomes
 * the smallest int32 or int64, of which narrower dtypes keep the low bits.
 */
export function floatToInteger(to: Dtype): (value: number) => number | bigint {
  if (to === 'int64') return toInt64;
  if (to === 'uint64') return toUint64;
  if (to === 'uint32') return (value) => Number(BigInt.asUintN(32, toInt64(value)));
  return toInt32;
}

const toInt32 = (value: number): number =>
  value > INT32_MIN - 1 && value < -INT32_MIN ? Math.trunc(value) : INT32_MIN;

const toInt64 = (value: number): bigint =>
  value >= -TWO_63 && value < TWO_63 ? BigInt(Math.trunc(value)) : INT64_MIN;

function toUint64(value: number): bigint {
  if (value >= TWO_63) return value < TWO_64 ? BigInt(value) : 0n;
  return BigInt.asUintN(64, toInt64(value));
}

/** Round a 64-bit integer to the nearest float32 once, not by way of a double. */
export function int64ToFloat32(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  if (magnitude <= 2n ** 53n) return Math.fround(Number(value));
  // Keep 53 bits and mark what is cut off in the last one: enough to round to 24 bits.
  const kept = (magnitude >> 11n) | (magnitude & 0x7ffn ? 1n : 0n);
  const rounded = Math.fround(Number(kept)) * 2048;
  return value < 0n ? -rounded : rounded;
}
