import type { NdArray } from './nd-array.ts';

/**
 * N dicts with the same K keys, kept as one array: what a ZipMap node returns.
 *
 * Shapes: `keys` is [K], in answer order, already text; `values` is [N][K].
 */
export interface PackedDicts {
  readonly kind: 'packed-dicts';
  readonly keys: readonly string[];
  readonly values: NdArray;
}

export const isPackedDicts = (value: unknown): value is PackedDicts =>
  typeof value === 'object' && value !== null && (value as PackedDicts).kind === 'packed-dicts';
