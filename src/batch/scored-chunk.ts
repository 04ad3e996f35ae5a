import type { Frame } from '../model/frame.ts';

/** What came of a chunk. Every row of it is in exactly one of the two. */
export interface ScoredChunk {
  readonly firstRow: number;
  readonly rowCount: number;
  /** A column for each output; a tensor's cells beyond the first dimension are lists. Shapes: [rowCount - refused.length]. */
  readonly predictions: Frame;
  /** By row number, ascending. */
  readonly refused: readonly RefusedRow[];
}

/** One line of the errors file. */
export interface RefusedRow {
  /** Number in the file, counted from 0. */
  readonly row: number;
  /** Column that broke the rule, where it is known. */
  readonly column?: string;
  /** MLflow's error code. */
  readonly rule: string;
  /** The sentence that an HTTP caller gets for this row alone. */
  readonly message: string;
  /** The row as it stood: an object by column name, or the text of a line that is no object. */
  readonly record: unknown;
}
