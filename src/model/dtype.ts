import type { PyValue } from './py-value.ts';

/**
 * numpy and pandas dtypes that can occur between a request and a model.
 *
 * `datetime64[tz]` stands for every zone-aware pandas dtype: no model column accepts one.
 * `category`, `timedelta64[ns]` and `complex128` come from Parquet files only and are refused by name.
 */
export type Dtype = keyof DtypeStorage;

/**
 * How the cells of each dtype are stored.
 *
 * bool is 0/1; float16 keeps halves; datetime64 counts its unit since 1970, NaT is the smallest
 * int64; str, bytes and object are plain JS arrays.
 */
export interface DtypeStorage {
  bool: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float16: Float16Array;
  float32: Float32Array;
  float64: Float64Array;
  complex64: Float32Array;
  complex128: Float64Array;
  'datetime64[D]': BigInt64Array;
  'datetime64[s]': BigInt64Array;
  'datetime64[ms]': BigInt64Array;
  'datetime64[us]': BigInt64Array;
  'datetime64[ns]': BigInt64Array;
  'datetime64[tz]': BigInt64Array;
  'timedelta64[ns]': BigInt64Array;
  str: string[];
  bytes: Uint8Array[];
  object: PyValue[];
  category: PyValue[];
}

/** Cells of any dtype. */
export type Storage = DtypeStorage[Dtype];

const NUMBERS: ReadonlySet<Dtype> = new Set<Dtype>([
  ...(['bool', 'float16', 'float32', 'float64'] as const),
  ...(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const),
]);

/** Whether the cells are real numbers, booleans among them. */
export const isNumberDtype = (dtype: Dtype): boolean => NUMBERS.has(dtype);
