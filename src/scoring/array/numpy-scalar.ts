import { cellAt } from '../../model/cells.ts';
import type { Dtype, DtypeStorage } from '../../model/dtype.ts';
import { isNdArray, type NdArray, ndArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';

/**
 * A numpy scalar such as `np.float32(1)`: to Python a number with a dtype, where a 0-d array is an
 * array. Lives only between the lenient and the strict step.
 *
 * Shapes: shape [] with one cell.
 */
export type NumpyScalar = NdArray & { readonly isScalar: true };

export const isNumpyScalar = (value: unknown): value is NumpyScalar =>
  isNdArray(value) && (value as Partial<NumpyScalar>).isScalar === true;

/** The only cell of an array, as numpy's `array[0]` gives it. */
export const numpyScalar = ({ dtype, data }: NdArray): NumpyScalar => ({
  ...ndArray(dtype, [], data as DtypeStorage[Dtype] as never),
  isScalar: true,
});

/** numpy scalars as the Python objects they hold; everything else as it is. */
export const unboxed = (value: PyValue): PyValue =>
  isNumpyScalar(value) ? cellAt(value.dtype, value.data, 0) : value;
