import { badRequest } from '../../errors.ts';
import type { Dtype } from '../../model/dtype.ts';
import type { NdArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { ColSpec, ScalarType, TensorSpec } from '../../model/signature.ts';
import { numpyArray } from '../array/numpy-array.ts';
import { numpyScalar } from '../array/numpy-scalar.ts';
import { type CastError, translatingCastErrors } from '../cast-error.ts';

/** numpy's dtype of each scalar type. */
export const NUMPY_DTYPE: Readonly<Record<ScalarType, Dtype>> = {
  boolean: 'bool',
  integer: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  string: 'str',
  binary: 'bytes',
  datetime: 'datetime64[ns]',
};

export type InputSpec = ColSpec | TensorSpec;

/**
 * Convert one value of `inputs` or `instances` to what its spec declares.
 *
 * Shapes: a list becomes an array of as many dimensions as it has levels; a single value a numpy
 *   scalar for a column, a 0-d array for a tensor or without a spec.
 *
 * @throws {ServingError} BAD_REQUEST when numpy would raise
 * @see mlflow/utils/proto_json_utils.py, `convert_data_type`
 */
export function convertValue(
  value: PyValue,
  spec: InputSpec | undefined,
  nowMs?: number,
  where = 'the value',
): NdArray {
  const translate = (error: CastError) =>
    badRequest(
      `${where}${error.row === undefined ? '' : `, element ${error.row}`}: expected ${error.message}`,
    );
  return translatingCastErrors(() => {
    if (spec === undefined) return numpyArray(value);
    if (!('type' in spec)) return numpyArray(value, spec.dtype as Dtype, nowMs);
    const dtype = NUMPY_DTYPE[spec.type as ScalarType];
    if (Array.isArray(value)) return numpyArray(value, dtype, nowMs);
    return numpyScalar(numpyArray([value], dtype, nowMs));
  }, translate);
}
