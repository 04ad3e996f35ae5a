import type { Dtype, DtypeStorage } from '../../model/dtype.ts';
import { HAS_FLOAT, HAS_INT, HAS_NULL, type PackedNumbers } from '../../model/json-value.ts';
import { type NdArray, ndArray } from '../../model/nd-array.ts';
import { allocate } from '../../model/storage.ts';
import { storeInt64 } from './store-int64.ts';

const TWO_63 = 2 ** 63;

/** Smallest and largest value of the integer dtypes that fit a double. */
const RANGES: Partial<Record<Dtype, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
};

/**
 * `numpyArray` for packed numbers, without boxing a cell.
 *
 * Shapes: the array has the shape of the packed list.
 *
 * @param dtype what to convert to; without it numpy's own inference decides
 * @returns undefined when the general path must decide: a value that does not fit, null among
 *   anything but floats, a dtype without numbers
 */
export function packedArray(packed: PackedNumbers, dtype: Dtype | undefined): NdArray | undefined {
  const { values, shape } = packed;
  if (values.length === 0) return undefined;
  let kinds = 0;
  for (const kind of packed.kinds) kinds |= kind;
  const to = dtype ?? inferredDtype(kinds);
  const data = to === undefined ? undefined : convert(values, kinds, to);
  return data && ndArray(to as Dtype, shape, data as never);
}

/** Null makes objects, which stay with the general path. */
function inferredDtype(kinds: number): Dtype | undefined {
  if ((kinds & HAS_NULL) !== 0) return undefined;
  return (kinds & HAS_FLOAT) === 0 ? 'int64' : 'float64';
}

function convert(values: Float64Array, kinds: number, to: Dtype): DtypeStorage[Dtype] | undefined {
  switch (to) {
    case 'float64':
      return values;
    case 'float32':
      return new Float32Array(values);
    case 'float16':
      return new Float16Array(values);
    case 'bool':
      return kinds & HAS_NULL ? undefined : Uint8Array.from(values, truth);
    case 'int64':
      return toInt64(values, kinds);
    default:
      return toInteger(values, to);
  }
}

const truth = (value: number): number => (value === 0 ? 0 : 1);

/** NaN, which stands for null too, fails every comparison. */
function toInt64(values: Float64Array, kinds: number): BigInt64Array | undefined {
  const out = new BigInt64Array(values.length);
  const words = new Int32Array(out.buffer);
  const isChecked = kinds !== HAS_INT;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (isChecked && !(value >= -TWO_63 && value < TWO_63)) return undefined;
    storeInt64(words, i, Math.trunc(value));
  }
  return out;
}

function toInteger(values: Float64Array, to: Dtype): DtypeStorage[Dtype] | undefined {
  const range = RANGES[to];
  if (range === undefined) return undefined;
  const [min, max] = range;
  const out = allocate(to, values.length) as Int32Array;
  for (let i = 0; i < values.length; i++) {
    const value = Math.trunc(values[i] as number);
    if (!(value >= min && value <= max)) return undefined;
    out[i] = value;
  }
  return out;
}
