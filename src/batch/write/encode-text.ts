import type { Chunk } from '../chunk.ts';
import type { ScoredChunk } from '../scored-chunk.ts';
import { acceptedRows } from './accepted-rows.ts';
import { encodeCsvFrame } from './encode-csv-frame.ts';
import { encodeCsvRows } from './encode-csv-rows.ts';
import { encodeJsonFrame } from './encode-json-frame.ts';
import { encodeJsonRows } from './encode-json-rows.ts';
import { gzipMember } from './gzip-member.ts';
import { type OutputColumnsOptions, outputColumns } from './output-columns.ts';
import type { TextPiece } from './text-piece.ts';

export interface EncodeTextOptions extends OutputColumnsOptions {
  readonly outputFormat: 'csv' | 'jsonl';
  readonly isOutputGzip: boolean;
}

/** A scored chunk as lines. An input of the same format is kept byte by byte. */
export function encodeText(
  chunk: Chunk,
  scored: ScoredChunk,
  options: EncodeTextOptions,
): TextPiece {
  const piece = encodeLines(chunk, scored, options);
  if (!options.isOutputGzip) return piece;
  const zipped = (bytes: Uint8Array) => (bytes.length === 0 ? bytes : gzipMember(bytes));
  return { ...piece, header: zipped(piece.header), lines: zipped(piece.lines) };
}

function encodeLines(chunk: Chunk, scored: ScoredChunk, options: EncodeTextOptions): TextPiece {
  const { keepsInputs, outputFormat } = options;
  if (keepsInputs && chunk.kind === 'csv' && outputFormat === 'csv') {
    return encodeCsvRows(chunk, scored);
  }
  if (keepsInputs && chunk.kind === 'jsonl' && outputFormat === 'jsonl') {
    return encodeJsonRows(chunk, scored);
  }
  const rowCount = acceptedRows(scored).length;
  const isGuess = scored.predictions.columns.length === 0;
  const columns = outputColumns(chunk, scored, options);
  if (outputFormat === 'csv') {
    return { kind: 'text', isGuess, ...encodeCsvFrame(columns, rowCount) };
  }
  const lines = encodeJsonFrame(columns, rowCount);
  return { kind: 'text', isGuess: false, header: new Uint8Array(0), lines };
}
