import type { Dtype, DtypeStorage } from '../../model/dtype.ts';
import { HAS_FLOAT, HAS_NULL, type PackedNumbers } from '../../model/json-value.ts';
import { type NdArray, ndArray } from '../../model/nd-array.ts';
import { allocate } from '../../model/storage.ts';
import { toInt64 } from './to-int64.ts';

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
      return toInt64({ values, first: 0, step: 1, rowCount: values.length, kinds });
    default:
      return toInteger(values, to);
  }
}

const truth = (value: number): number => (value === 0 ? 0 : 1);

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
