import type { Frame } from '../model/frame.ts';

/**
 * Some consecutive rows of one input file: plain data, so that it can be sent to another thread.
 *
 * Where a file is cut into chunks never changes what a row means: a CSV chunk carries its header.
 */
export type Chunk = TextChunk | FrameChunk;

/** Rows as they stood in the file. */
export interface TextChunk {
  readonly kind: 'csv' | 'jsonl';
  /** Number of the first row in its file, counted from 0; header and blank lines are no rows. */
  readonly firstRow: number;
  readonly rowCount: number;
  /** CSV: the header's line with its line end. JSON Lines: empty. */
  readonly header: Uint8Array;
  readonly bytes: Uint8Array;
  /** Of `bytes` in the text, once unzipped; bytes. */
  readonly at?: number;
  /** Shapes: [rowCount + 1] offsets into `bytes`; row i is bytes [starts[i], starts[i + 1]), line end and blank lines after it included. */
  readonly starts: Uint32Array;
  /** CSV: fields of the header. */
  readonly headerFields?: number;
}

/** Rows of a columnar file. */
export interface FrameChunk {
  readonly kind: 'frame';
  readonly firstRow: number;
  readonly rowCount: number;
  readonly frame: Frame;
  /** What is kept of them in the output, where that is not what the model gets. @default frame */
  readonly kept?: Frame;
}
