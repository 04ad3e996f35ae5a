/**
 * Cells of some rows, row by row: where their texts are, and the plain numbers among them.
 *
 * Shapes: all four hold rows × width entries or more; the last one takes fields that are not
 *   kept. `values` counts where `kinds` is not OTHER.
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

function createCells(count: number): Cells {
  return {
    starts: new Uint32Array(count + 1),
    ends: new Uint32Array(count + 1),
    values: new Float64Array(count + 1),
    kinds: new Uint8Array(count + 1),
  };
}

/** Takes fields that are read only to be counted. */
export const NO_CELLS = createCells(0);

/** Cells of small bodies, which would spend most of their time on allocations. */
export const SHARED_COUNT = 4096;
const SHARED = createCells(SHARED_COUNT);

/**
 * Cells for the caller until it returns: small ones are shared by all callers, one after another.
 *
 * Their contents are left over from somebody else; none of it is read before it is written.
 */
export const borrowCells = (count: number): Cells =>
  count <= SHARED_COUNT ? SHARED : createCells(count);

/** Larger cells with the first `used` of the old ones. */
export function growCells(cells: Cells, used: number, count: number): Cells {
  const grown = createCells(count);
  grown.starts.set(cells.starts.subarray(0, used));
  grown.ends.set(cells.ends.subarray(0, used));
  grown.values.set(cells.values.subarray(0, used));
  grown.kinds.set(cells.kinds.subarray(0, used));
  return grown;
}

/** Make cells empty from index `from` up to, not including, index `to`. */
export function clearCells({ starts, ends, kinds }: Cells, from: number, to: number): void {
  starts.fill(0, from, to);
  ends.fill(0, from, to);
  kinds.fill(OTHER, from, to);
}
