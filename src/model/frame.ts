import type { Dtype, DtypeStorage } from './dtype.ts';
import type { PackedDicts } from './packed-dicts.ts';

/** A column's name: text, or what a request without names leaves (pandas counts 0, 1, 2 …). */
export type Label = string | bigint | number | boolean | null;

/** One column of a frame: [N] cells of one dtype. */
export type Column = { [D in Dtype]: ColumnOf<D> }[Dtype];

export interface ColumnOf<D extends Dtype> {
  readonly label: Label;
  readonly dtype: D;
  /** A column of equal dicts (ZipMap output) stays packed; only object columns can be. */
  readonly data: D extends 'object' ? DtypeStorage[D] | PackedDicts : DtypeStorage[D];
}

/**
 * A pandas DataFrame without its index: nothing in the scoring protocol shows the index.
 *
 * Shapes: every column has `rowCount` cells. Labels may repeat, as in pandas.
 */
export interface Frame {
  readonly kind: 'frame';
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

export const isFrame = (value: unknown): value is Frame =>
  typeof value === 'object' && value !== null && (value as Frame).kind === 'frame';

export const frame = (rowCount: number, columns: readonly Column[]): Frame => ({
  kind: 'frame',
  rowCount,
  columns,
});

/** Build a column; the caller vouches for the storage that belongs to the dtype. */
export const column = <D extends Dtype>(
  label: Label,
  dtype: D,
  data: ColumnOf<D>['data'],
): Column => ({ label, dtype, data }) as unknown as Column;
