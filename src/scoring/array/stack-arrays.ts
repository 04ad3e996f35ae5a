import { type NdArray, ndArray, sizeOf } from '../../model/nd-array.ts';
import { allocate } from '../../model/storage.ts';
import { CastError } from '../cast-error.ts';
import { castStorage } from './cast-storage.ts';
import { promote } from './discover-dtype.ts';
import type { StoredCell } from './set-item.ts';

/**
 * numpy's `np.array([a, b, …])` for arrays: one more axis in front, the dtype that holds them all.
 *
 * Shapes: n arrays of [D…] in, [n][D…] out.
 *
 * @throws {CastError} when the shapes differ
 */
export function stackArrays(arrays: readonly NdArray[]): NdArray {
  const [first] = arrays;
  if (first === undefined) return ndArray('float64', [0], new Float64Array(0));
  const shape = first.shape;
  if (arrays.some((array) => array.shape.join() !== shape.join())) {
    throw new CastError('values of the same shape in every row');
  }
  const dtype = arrays.map((array) => array.dtype).reduce(promote);
  if (dtype === 'object' && shape.length === 0) {
    // numpy puts 0-d arrays into an object array as they are.
    return ndArray('object', [arrays.length], [...arrays]);
  }
  const size = sizeOf(shape);
  const out = allocate(dtype, arrays.length * size) as StoredCell[];
  arrays.forEach((array, row) => {
    const cells = castStorage(array.dtype, array.data, dtype);
    for (let i = 0; i < size; i++) out[row * size + i] = cells[i] as StoredCell;
  });
  return ndArray(dtype, [arrays.length, ...shape], out as never);
}
