import { NAT } from '../../model/datetime.ts';
import type { Dtype, DtypeStorage } from '../../model/dtype.ts';
import type { PyValue } from '../../model/py-value.ts';
import { NS_PER_UNIT } from '../../model/time-units.ts';
import type { ArrowType, IntegerDtype, TimeUnit } from './arrow-type.ts';
import { corrupt } from './byte-reader.ts';
import { toCell } from './leaf-cells.ts';
import type { LeafValues } from './leaf-values.ts';

/** Cells with their dtype. */
export type Stored = { [D in Dtype]: { dtype: D; data: DtypeStorage[D] } }[Dtype];

/**
 * Values of a leaf, and where they go: row r has a value unless `present[r]` is 0.
 *
 * Shapes: `values` is [V], the present ones; `present` is [N], left out when V = N.
 */
export interface SparseValues {
  readonly values: LeafValues;
  readonly present: Uint8Array | undefined;
  readonly rowCount: number;
}

/**
 * Store values as pandas does when pyarrow hands them over.
 *
 * Nulls turn integers into float64 and bools into objects; they are NaN, NaT or None else.
 *
 * Shapes: [N] cells. Units: timestamps keep their unit.
 * @throws {ServingError} BAD_REQUEST for dates and times that Python cannot hold
 * @see https://arrow.apache.org/docs/python/pandas.html#arrow-pandas-conversion
 */
export function toStorage(type: ArrowType, sparse: SparseValues): Stored {
  const { values, present } = sparse;
  switch (type.kind) {
    case 'bool':
      return present === undefined
        ? { dtype: 'bool', data: values as Uint8Array }
        : objects(type, sparse);
    case 'integer':
      return present === undefined
        ? integers(type.dtype, values as Int32Array | BigInt64Array)
        : nullableIntegers(type, sparse);
    case 'float16':
      return { dtype: 'float16', data: spread(sparse, Float16Array, NaN) };
    case 'float32':
      return { dtype: 'float32', data: spread(sparse, Float32Array, NaN) };
    case 'float64':
      return { dtype: 'float64', data: spread(sparse, Float64Array, NaN) };
    case 'timestamp': {
      const data = spread(sparse, BigInt64Array, NAT);
      return type.isZoned
        ? zoned(data, NS_PER_UNIT[type.unit])
        : { dtype: DATETIMES[type.unit], data };
    }
    case 'duration':
      return durations(type.unit, sparse);
    case 'category':
      return { dtype: 'category', data: objects(type, sparse).data };
    default:
      return objects(type, sparse);
  }
}

/**
 * Dates with a zone, which count nanoseconds whatever the file counts.
 *
 * @throws {ServingError} BAD_REQUEST for one that 64 bits cannot hold so
 */
export function zoned(counts: BigInt64Array, nsPerCount: bigint): Stored {
  const data = counts.map((count) => {
    if (count === NAT) return NAT;
    const ns = count * nsPerCount;
    if (BigInt.asIntN(64, ns) === ns) return ns;
    throw corrupt('a date with a zone is outside the years 1678 to 2262');
  });
  return { dtype: 'datetime64[tz]', data };
}

const DATETIMES = {
  s: 'datetime64[s]',
  ms: 'datetime64[ms]',
  us: 'datetime64[us]',
  ns: 'datetime64[ns]',
} as const satisfies Record<TimeUnit, Dtype>;

/** Values as Python objects, integers beside nulls, too. Shapes: [N] cells. */
export function objects(
  type: ArrowType,
  { values, present, rowCount }: SparseValues,
): { dtype: 'object'; data: PyValue[] } {
  const data = new Array<PyValue>(rowCount);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    data[row] = present?.[row] === 0 ? null : toCell(type, values[at++] as PyValue);
  }
  return { dtype: 'object', data };
}

/** Of a typed array. */
type Cells = { [row: number]: number | bigint };

/** Put values in their rows; the storage decides what becomes of them. Those that are in place already are not copied. */
function spread<T extends Cells>(
  { values, present, rowCount }: SparseValues,
  Target: new (length: number) => T,
  missing: number | bigint,
): T {
  if (present === undefined && values instanceof Target && values.length === rowCount) {
    return values;
  }
  const target = new Target(rowCount);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    const value = present?.[row] === 0 ? missing : (values[at++] as number | bigint);
    (target as Cells)[row] = value;
  }
  return target;
}

function integers(dtype: IntegerDtype, values: Int32Array | BigInt64Array): Stored {
  const wide = values as BigInt64Array;
  const narrow = values as Int32Array;
  switch (dtype) {
    case 'int64':
      return { dtype, data: wide };
    case 'uint64':
      return { dtype, data: new BigUint64Array(wide.buffer, wide.byteOffset, wide.length) };
    case 'int32':
      return { dtype, data: narrow };
    case 'uint32':
      return { dtype, data: new Uint32Array(narrow.buffer, narrow.byteOffset, narrow.length) };
    case 'int16':
      return { dtype, data: new Int16Array(narrow) };
    case 'uint16':
      return { dtype, data: new Uint16Array(narrow) };
    case 'int8':
      return { dtype, data: new Int8Array(narrow) };
    case 'uint8':
      return { dtype, data: new Uint8Array(narrow) };
  }
}

function nullableIntegers(
  type: ArrowType & { kind: 'integer' },
  { values, present, rowCount }: SparseValues,
): Stored {
  const { data: plain } = integers(type.dtype, values as Int32Array | BigInt64Array);
  const numbers = new Float64Array(plain.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Number(plain[i]);
  const data = spread({ values: numbers, present, rowCount }, Float64Array, NaN);
  return { dtype: 'float64', data };
}

function durations(unit: TimeUnit, sparse: SparseValues): Stored {
  const data = spread(sparse, BigInt64Array, NAT);
  return {
    dtype: 'timedelta64[ns]',
    data: data.map((count) => (count === NAT ? NAT : count * NS_PER_UNIT[unit])),
  };
}

/** The cells of a storage as Python objects. */
export function objectsOf({ dtype, data }: Stored): PyValue[] {
  if (dtype === 'bool') return Array.from(data, (value) => value === 1);
  return Array.from<PyValue>(data as ArrayLike<PyValue>);
}
