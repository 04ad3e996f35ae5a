import type { Dtype } from '../../../model/dtype.ts';
import { notSerialisable } from '../../../scoring/encode/not-serialisable.ts';
import type { Thrift, ThriftField } from './encode-thrift.ts';

/** What the values of a column are in the file. */
export interface LeafType {
  /** Number in the format: BOOLEAN, INT32, INT64 … */
  readonly physical: number;
  /** Says more to readers: numbers of SchemaElement's fields and their values. */
  readonly annotations: readonly ThriftField[];
}

const BOOLEAN = 0;
const INT32 = 1;
const INT64 = 2;
const FLOAT = 4;
const DOUBLE = 5;
const BYTE_ARRAY = 6;
const FIXED_BYTES = 7;

const EMPTY: Thrift = { struct: [] };
const typeLength = (bytes: number): ThriftField => [2, { i32: bytes }];
const converted = (number: number): ThriftField => [6, { i32: number }];
const logical = (number: number, value: Thrift = EMPTY): ThriftField => [
  10,
  { struct: [[number, value]] },
];

const TEXT: LeafType = { physical: BYTE_ARRAY, annotations: [converted(0), logical(1)] };
export const LIST_ANNOTATIONS: readonly ThriftField[] = [converted(3), logical(3)];

const integer = (bits: number, isSigned: boolean): LeafType => ({
  physical: bits === 64 ? INT64 : INT32,
  annotations: [
    converted((isSigned ? 15 : 11) + Math.log2(bits / 8)),
    logical(10, {
      struct: [
        [1, { byte: bits }],
        [2, { bool: isSigned }],
      ],
    }),
  ],
});

const UNITS = { ms: 1, us: 2, ns: 3 } as const;

const timestamp = (unit: keyof typeof UNITS, isZoned = false): LeafType => ({
  physical: INT64,
  annotations: [
    logical(8, {
      struct: [
        [1, { bool: isZoned }],
        [2, { struct: [[UNITS[unit], EMPTY]] }],
      ],
    }),
  ],
});

const TYPES: Partial<Record<Dtype, LeafType>> = {
  bool: { physical: BOOLEAN, annotations: [] },
  int8: integer(8, true),
  int16: integer(16, true),
  int32: integer(32, true),
  int64: integer(64, true),
  uint8: integer(8, false),
  uint16: integer(16, false),
  uint32: integer(32, false),
  uint64: integer(64, false),
  float16: { physical: FIXED_BYTES, annotations: [typeLength(2), logical(15)] },
  float32: { physical: FLOAT, annotations: [] },
  float64: { physical: DOUBLE, annotations: [] },
  // The format knows no coarser unit.
  'datetime64[D]': timestamp('ms'),
  'datetime64[s]': timestamp('ms'),
  'datetime64[ms]': timestamp('ms'),
  'datetime64[us]': timestamp('us'),
  'datetime64[ns]': timestamp('ns'),
  'datetime64[tz]': timestamp('ns', true),
  str: TEXT,
  bytes: { physical: BYTE_ARRAY, annotations: [] },
};

/**
 * The type of a dtype's values; objects have none of their own.
 *
 * @throws {ServingError} INTERNAL_ERROR for complex numbers and durations
 */
export function leafTypeOf(dtype: Dtype): LeafType {
  const type = TYPES[dtype];
  if (type !== undefined) return type;
  throw notSerialisable(dtype.startsWith('complex') ? 'complex numbers' : 'durations');
}
