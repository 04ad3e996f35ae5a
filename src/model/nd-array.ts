import type { Dtype, DtypeStorage } from './dtype.ts';

/**
 * A numpy array.
 *
 * Shapes: `data` has the product of `shape` cells, C order; shape `[]` is a 0-d array with one cell.
 */
export type NdArray = { [D in Dtype]: NdArrayOf<D> }[Dtype];

export interface NdArrayOf<D extends Dtype> {
  readonly kind: 'ndarray';
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: DtypeStorage[D];
}

export const isNdArray = (value: unknown): value is NdArray =>
  typeof value === 'object' && value !== null && (value as NdArray).kind === 'ndarray';

/** Number of cells of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Build an array; the caller vouches that `data` has as many cells as `shape` says. */
export const ndArray = <D extends Dtype>(
  dtype: D,
  shape: readonly number[],
  data: DtypeStorage[D],
): NdArray => ({ kind: 'ndarray', dtype, shape, data }) as unknown as NdArray;
