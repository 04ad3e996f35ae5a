import { isDatetimeDtype, isFloatDtype, isIntegerDtype } from './cells.ts';
import type { Dtype } from './dtype.ts';
import { nsPerUnit } from './time-units.ts';

/**
 * The dtype that holds the cells of columns of several dtypes: pandas' rule, not numpy's.
 *
 * Bools only mix with bools; datetimes only with datetimes (finest unit wins); anything else that
 * is not a number makes `object`. No column at all is float64.
 *
 * @see pandas/core/dtypes/cast.py, `find_common_type`; numpy `result_type`
 */
export function commonDtype(dtypes: readonly Dtype[]): Dtype {
  const [first = 'float64', ...rest] = new Set(dtypes);
  if (first === 'str' || first === 'bytes' || first === 'category') return 'object';
  if (first === 'datetime64[tz]') return 'object';
  return rest.reduce(promoteInFrame, first);
}

/** numpy's `promote_types` for two numeric dtypes (bool counts as a number). */
export function promoteNumbers(a: Dtype, b: Dtype): Dtype {
  if (a === b || b === 'bool') return a;
  if (a === 'bool') return b;
  if (isFloatDtype(a) || isFloatDtype(b)) {
    return `float${Math.max(floatBits(a), floatBits(b))}` as Dtype;
  }
  return promoteIntegers(a, b);
}

function promoteInFrame(a: Dtype, b: Dtype): Dtype {
  if (a === b) return a;
  if (isNaiveDatetime(a) && isNaiveDatetime(b)) {
    return (nsPerUnit(a) ?? 1n) < (nsPerUnit(b) ?? 1n) ? a : b;
  }
  return isNumber(a) && isNumber(b) ? promoteNumbers(a, b) : 'object';
}

const isNaiveDatetime = (dtype: Dtype): boolean =>
  isDatetimeDtype(dtype) && dtype !== 'datetime64[tz]';

const isNumber = (dtype: Dtype): boolean => isIntegerDtype(dtype) || isFloatDtype(dtype);

const bitsOf = (dtype: Dtype): number => Number(dtype.replace(/\D+/, ''));

/** Bits of the smallest float that numpy trusts with a dtype: int8 fits float16, int16 float32. */
const floatBits = (dtype: Dtype): number =>
  isFloatDtype(dtype) ? bitsOf(dtype) : Math.min(64, bitsOf(dtype) * 2);

function promoteIntegers(a: Dtype, b: Dtype): Dtype {
  const bits = Math.max(bitsOf(a), bitsOf(b));
  if (a.startsWith('uint') === b.startsWith('uint')) {
    return (bitsOf(a) === bits ? a : b) as Dtype;
  }
  const unsigned = bitsOf(a.startsWith('uint') ? a : b);
  const signed = bitsOf(a.startsWith('uint') ? b : a);
  const needed = Math.max(signed, unsigned * 2);
  return (needed > 64 ? 'float64' : `int${needed}`) as Dtype;
}
