import type { BatchFormat } from '../batch-options.ts';
import type { Chunk } from '../chunk.ts';
import type { EncodedChunk } from '../encoded-chunk.ts';
import type { ScoredChunk } from '../scored-chunk.ts';
import { encodeText } from './encode-text.ts';
import { type OutputColumnsOptions, outputColumns } from './output-columns.ts';
import { encodeRowGroup } from './parquet/encode-row-group.ts';
import type { ParquetPiece } from './parquet/parquet-piece.ts';
import type { TextPiece } from './text-piece.ts';

/** Plain data: pieces may come from other threads. All pieces of a file are of one kind. */
export type OutputPiece = TextPiece | ParquetPiece;

export interface EncodeChunkOptions extends OutputColumnsOptions {
  readonly outputFormat: Exclude<BatchFormat, 'json'>;
  /** Of text formats only. */
  readonly isOutputGzip: boolean;
}

/**
 * A scored chunk as bytes of the output's format. Nothing but the arguments decides about them.
 *
 * @throws {ServingError} INTERNAL_ERROR for predictions that the format cannot hold
 */
export function encodeChunk(
  chunk: Chunk,
  scored: ScoredChunk,
  options: EncodeChunkOptions,
): EncodedChunk<OutputPiece> {
  const { firstRow, rowCount, refused } = scored;
  const { outputFormat, ...rest } = options;
  const piece =
    outputFormat === 'parquet'
      ? encodeRowGroup(outputColumns(chunk, scored, rest), rowCount - refused.length)
      : encodeText(chunk, scored, { ...rest, outputFormat });
  return { firstRow, rowCount, refused, piece };
}
