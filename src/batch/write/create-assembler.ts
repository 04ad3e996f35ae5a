import type { Assembler } from '../encoded-chunk.ts';
import type { EncodeChunkOptions, OutputPiece } from './encode-chunk.ts';
import { createParquetAssembler } from './parquet/parquet-assembler.ts';
import { createTextAssembler } from './text-assembler.ts';

/** Makes one file of the pieces that `encodeChunk` made with the same options. */
export function createAssembler({
  outputFormat,
  isOutputGzip,
}: Pick<EncodeChunkOptions, 'outputFormat' | 'isOutputGzip'>): Assembler<OutputPiece> {
  const assembler =
    outputFormat === 'parquet'
      ? createParquetAssembler()
      : createTextAssembler({ isGzip: isOutputGzip });
  return assembler as Assembler<OutputPiece>;
}
