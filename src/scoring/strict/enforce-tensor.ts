import type { NdArray } from '../../model/nd-array.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { CastError } from '../cast-error.ts';

/**
 * Check rank, sizes and dtype of an array against its spec.
 *
 * Two ways around the check are MLflow's: an object tensor of shape (-1) takes any array, and a
 * tensor with open inner sizes takes a list of objects, such as arrays of unequal length.
 *
 * @throws {CastError} when it does not fit
 * @see mlflow/models/utils.py, `_enforce_tensor_spec`
 */
export function enforceTensor(array: NdArray, spec: TensorSpec): NdArray {
  const { shape, dtype } = spec;
  if (shape.length === 1 && shape[0] === -1 && dtype === 'object') return array;
  const isRagged = array.shape.length === 1 && array.dtype === 'object';
  if (isRagged && shape.slice(1).includes(-1)) return array;
  const fits =
    shape.length === array.shape.length &&
    shape.every((size, axis) => size === -1 || size === array.shape[axis]);
  const place = spec.name === undefined ? '' : ` in "${spec.name}"`;
  if (!fits) {
    throw new CastError(`shape (${shape.join(', ')})${place}, got (${array.shape.join(', ')})`);
  }
  if (array.dtype !== dtype) {
    throw new CastError(`dtype ${dtype}${place}, got ${array.dtype}`);
  }
  return array;
}
