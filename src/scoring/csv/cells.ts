/**
 * Cells of some rows, row by row: where their texts are, and the plain numbers among them.
 *
 * Shapes: all four hold rows × width entries and one more, for fields that are not kept;
 *   `values` counts where `kinds` is not OTHER.
 */
export interface Cells {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
}

/** Kinds of cells: text that needs a closer look, an exact integer, a number with a point. */
export const OTHER = 0;
export const INTEGER = 1;
export const DECIMAL = 2;

/** One buffer for all four: a request of one row should not wait for many allocations. */
export function createCells(count: number): Cells {
  const length = count + 1;
  const buffer = new ArrayBuffer(length * 17);
  return {
    values: new Float64Array(buffer, 0, length),
    starts: new Uint32Array(buffer, length * 8, length),
    ends: new Uint32Array(buffer, length * 12, length),
    kinds: new Uint8Array(buffer, length * 16, length),
  };
}

/** Takes fields that are read only to be counted. */
export const NO_CELLS = createCells(0);

/** Larger cells with the contents of the old ones. */
export function growCells(cells: Cells, count: number): Cells {
  const grown = createCells(count);
  grown.starts.set(cells.starts);
  grown.ends.set(cells.ends);
  grown.values.set(cells.values);
  grown.kinds.set(cells.kinds);
  return grown;
}

/** Make cells empty from index `from` up to, not including, index `to`. */
export function clearCells({ starts, ends, kinds }: Cells, from: number, to: number): void {
  starts.fill(0, from, to);
  ends.fill(0, from, to);
  kinds.fill(OTHER, from, to);
}
