import type { RefusedRow } from './scored-chunk.ts';

/** A chunk as it goes into the output file. Made in any order, perhaps by other threads; an `Assembler` gets them in the file's. */
export interface EncodedChunk<Piece> {
  /** Number of the first row in its file, counted from 0. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** By row number, ascending; all other rows are in the piece. */
  readonly refused: readonly RefusedRow[];
  readonly piece: Piece;
}

/** Makes one file of the pieces. The same pieces give the same bytes. */
export interface Assembler<Piece> {
  /** The next bytes of the file. */
  add(piece: Piece): Uint8Array | Promise<Uint8Array>;
  /** What ends the file; all of it when there were no pieces. */
  end(): Uint8Array | Promise<Uint8Array>;
}
