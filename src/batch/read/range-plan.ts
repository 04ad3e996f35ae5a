import type { TextPlace } from './cut-chunks.ts';

/** Rows of a file that can be read without those before them. Plain JSON. */
export interface RowRange {
  readonly firstRow: number;
  readonly rowCount: number;
  /** Bytes [start, end): of text, where they are; of row groups, only how many. */
  readonly start: number;
  readonly end: number;
  /** Of Parquet. */
  readonly rowGroups?: RowGroups;
}

/** Some of a file's row groups, by their indexes: from `from` to `to`, exclusive. */
export interface RowGroups {
  readonly from: number;
  readonly to: number;
}

/** Where a file is cut. */
export interface RangePlan {
  /** In order; together every row of the file, each once. Of text at least one. */
  readonly ranges: readonly RowRange[];
  readonly rowCount: number;
  /** Of CSV. */
  readonly header: Uint8Array;
  readonly headerFields: number;
  /** Where to go on, when planning was stopped. @default all of the file is planned */
  readonly rest?: TextPlace;
}
