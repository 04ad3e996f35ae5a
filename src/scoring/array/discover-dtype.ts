import { isFloatDtype } from '../../model/cells.ts';
import { promoteNumbers } from '../../model/common-dtype.ts';
import type { Dtype } from '../../model/dtype.ts';
import { INT64_MAX, INT64_MIN, UINT64_MAX } from '../../model/int64.ts';
import { isNdArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';

/**
 * The dtype numpy finds for a value and for everything in its lists; no leaf at all is float64.
 *
 * @see numpy/_core/src/multiarray/array_coercion.c; `numpy.result_type`
 */
export function discoverDtype(value: PyValue): Dtype {
  return found(value, undefined) ?? 'float64';
}

function found(value: PyValue, sofar: Dtype | undefined): Dtype | undefined {
  if (!Array.isArray(value)) {
    const dtype = dtypeOfLeaf(value);
    return sofar === undefined ? dtype : promote(sofar, dtype);
  }
  let dtype = sofar;
  for (const item of value) {
    dtype = found(item, dtype);
    if (dtype === 'object') return dtype;
  }
  return dtype;
}

function dtypeOfLeaf(value: PyValue): Dtype {
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') {
    if (value >= INT64_MIN && value <= INT64_MAX) return 'int64';
    return value >= 0n && value <= UINT64_MAX ? 'uint64' : 'object';
  }
  return isNdArray(value) ? value.dtype : 'object';
}

/** numpy's `promote_types`, where text takes in every number and anything else makes objects. */
export function promote(a: Dtype, b: Dtype): Dtype {
  if (a === b) return a;
  if (a === 'object' || b === 'object') return 'object';
  const isNumeric = (dtype: Dtype) =>
    dtype === 'bool' || isFloatDtype(dtype) || /^u?int/.test(dtype);
  if (isNumeric(a) && isNumeric(b)) return promoteNumbers(a, b);
  if (a === 'str' || b === 'str') return 'str';
  if (a === 'bytes' || b === 'bytes') return 'bytes';
  return 'object';
}
