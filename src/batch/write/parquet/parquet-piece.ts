import type { LeafType } from './leaf-type.ts';

/** One row group; its place in the file is not known yet. */
export interface ParquetPiece {
  readonly kind: 'parquet';
  readonly rowCount: number;
  readonly columns: readonly PieceColumn[];
  readonly bytes: Uint8Array;
}

/** A column of a file. */
export interface ColumnType {
  readonly name: string;
  readonly type: LeafType;
  /** Levels of lists around a value. */
  readonly rank: number;
}

export interface PieceColumn extends ColumnType {
  /** Whether no cell has a value: the page would be the same for any other type in as many lists. */
  readonly isUnknown: boolean;
  readonly valueCount: number;
  /** Offset in the piece. */
  readonly start: number;
  readonly sizeBytes: number;
  /** Before compression. */
  readonly plainBytes: number;
}
