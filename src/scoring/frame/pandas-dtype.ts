import type { Dtype } from '../../model/dtype.ts';
import type { ScalarType } from '../../model/signature.ts';

/** pandas' dtype of each scalar type; text and bytes are objects. */
export const PANDAS_DTYPE = {
  boolean: 'bool',
  integer: 'int32',
  long: 'int64',
  float: 'float32',
  double: 'float64',
  string: 'object',
  binary: 'object',
  datetime: 'datetime64[ns]',
} as const satisfies Record<ScalarType, Dtype>;
