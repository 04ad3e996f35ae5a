import type { Dtype } from '../../model/dtype.ts';
import { type NdArray, ndArray, sizeOf } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import { allocate } from '../../model/storage.ts';
import { CastError } from '../cast-error.ts';
import { discoverDtype } from './discover-dtype.ts';
import { discoverShape } from './discover-shape.ts';
import { type StoredCell, setItem } from './set-item.ts';

/**
 * numpy's `np.array(value, dtype)` for a JSON value without arrays in it.
 *
 * Shapes: nested lists give as many dimensions; anything else a 0-d array.
 *
 * @param dtype what to convert to; without it numpy's own inference decides
 * @throws {CastError} when numpy raises
 */
export function numpyArray(value: PyValue, dtype?: Dtype, nowMs?: number): NdArray {
  const shape = discoverShape(value, dtype === 'object');
  const target = dtype ?? discoverDtype(value);
  const size = sizeOf(shape);
  const data = allocate(target, size) as StoredCell[];
  fill(value, shape.length, { data, at: 0, store: setItem(target, nowMs) });
  return ndArray(target, shape, data as never);
}

interface Filling {
  readonly data: StoredCell[];
  at: number;
  readonly store: (value: PyValue) => StoredCell;
}

/** Walk `depth` levels of lists and store what lies below, in C order. */
function fill(value: PyValue, depth: number, filling: Filling): void {
  if (depth > 0) {
    for (const item of value as PyValue[]) fill(item, depth - 1, filling);
    return;
  }
  try {
    filling.data[filling.at] = filling.store(value);
  } catch (error) {
    throw error instanceof CastError ? new CastError(error.message, filling.at) : error;
  }
  filling.at++;
}
