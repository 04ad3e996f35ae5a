import type { Dtype, DtypeStorage } from './dtype.ts';

const ARRAYS: { readonly [D in Dtype]: (length: number) => DtypeStorage[D] } = {
  bool: (n) => new Uint8Array(n),
  int8: (n) => new Int8Array(n),
  int16: (n) => new Int16Array(n),
  int32: (n) => new Int32Array(n),
  int64: (n) => new BigInt64Array(n),
  uint8: (n) => new Uint8Array(n),
  uint16: (n) => new Uint16Array(n),
  uint32: (n) => new Uint32Array(n),
  uint64: (n) => new BigUint64Array(n),
  float16: (n) => new Float16Array(n),
  float32: (n) => new Float32Array(n),
  float64: (n) => new Float64Array(n),
  complex64: (n) => new Float32Array(2 * n),
  complex128: (n) => new Float64Array(2 * n),
  'datetime64[D]': (n) => new BigInt64Array(n),
  'datetime64[s]': (n) => new BigInt64Array(n),
  'datetime64[ms]': (n) => new BigInt64Array(n),
  'datetime64[us]': (n) => new BigInt64Array(n),
  'datetime64[ns]': (n) => new BigInt64Array(n),
  'datetime64[tz]': (n) => new BigInt64Array(n),
  'timedelta64[ns]': (n) => new BigInt64Array(n),
  str: (n) => new Array<string>(n).fill(''),
  bytes: (n) => new Array<Uint8Array>(n).fill(new Uint8Array(0)),
  object: (n) => new Array(n).fill(null),
  category: (n) => new Array(n).fill(null),
};

/**
 * Zeroed cells of a dtype: what numpy's `zeros` gives.
 *
 * Shapes: [length]; complex dtypes hold real and imaginary part of each cell beside each other.
 */
export const allocate = <D extends Dtype>(dtype: D, length: number): DtypeStorage[D] =>
  ARRAYS[dtype](length) as DtypeStorage[D];
