import type { Dtype } from './dtype.ts';

const ALIASES: Readonly<Record<string, Dtype>> = {
  '?': 'bool',
  bool_: 'bool',
  int: 'int64',
  uint: 'uint64',
  float: 'float64',
  half: 'float16',
  single: 'float32',
  double: 'float64',
  complex: 'complex128',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
  str_: 'str',
  U: 'str',
  bytes_: 'bytes',
  S: 'bytes',
  O: 'object',
  object_: 'object',
};

const NAMES: ReadonlySet<string> = new Set<Dtype>([
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float16',
  'float32',
  'float64',
  'complex64',
  'complex128',
  'datetime64[D]',
  'datetime64[s]',
  'datetime64[ms]',
  'datetime64[us]',
  'datetime64[ns]',
  'timedelta64[ns]',
  'str',
  'bytes',
  'object',
]);

/**
 * The dtype that a numpy name stands for, as an MLmodel may write it (`float32`, `<f4`, `float`).
 *
 * @returns undefined for names numpy does not know and for dtypes no request can be cast to
 */
export function findDtype(name: string): Dtype | undefined {
  const bare = name.replace(/^[<>=|]/, '').replace(/^M8/, 'datetime64');
  return NAMES.has(bare) ? (bare as Dtype) : ALIASES[bare];
}
