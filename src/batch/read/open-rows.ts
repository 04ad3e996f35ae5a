import { badRequest } from '../../errors.ts';
import type { BatchInput } from '../batch-input.ts';
import type { BatchFormat } from '../batch-options.ts';
import type { Chunk } from '../chunk.ts';
import { createCsvCutter } from './csv-cutter.ts';
import { cutChunks, type TextPlace } from './cut-chunks.ts';
import { lineCutter } from './line-cutter.ts';
import { parquetChunks } from './parquet/parquet-chunks.ts';
import type { RowGroups } from './range-plan.ts';
import { unzipped } from './unzipped.ts';

export interface OpenRowsOptions {
  readonly inputFormat: Exclude<BatchFormat, 'json'>;
  readonly isInputGzip: boolean;
  readonly chunkRows: number;
  /** Of text: as `CutOptions`. */
  readonly chunkBytes?: number;
  /** Of text: where to begin and where to end. @default all of it */
  readonly range?: { readonly from: TextPlace; readonly end: number };
  /** Of Parquet. @default all of them */
  readonly rowGroups?: RowGroups;
}

/**
 * The rows of a file, chunk by chunk, in order; a file without rows is one chunk of none.
 *
 * @throws {ServingError} as `BatchInput.stream`; BAD_REQUEST when the file cannot be read to its end, REQUEST_TOO_LARGE for
 *   a row that does not end
 */
export function openRows(input: BatchInput, options: OpenRowsOptions): AsyncIterable<Chunk> {
  const { inputFormat, isInputGzip, chunkRows } = options;
  // What is gzip is read from its start: its only range is all of it.
  const range = isInputGzip ? undefined : options.range;
  const bytes = range && { start: range.from.offset, end: range.end };
  const chunkBytes = options.chunkBytes && { chunkBytes: options.chunkBytes };
  const from = range && { from: range.from };
  const text = (): AsyncIterable<Uint8Array> =>
    isInputGzip ? unzipped(input.stream()) : input.stream(bytes);
  switch (inputFormat) {
    case 'csv':
      return cutChunks(text(), {
        kind: 'csv',
        cutter: createCsvCutter({ isAtStart: range === undefined }),
        chunkRows,
        ...chunkBytes,
        ...from,
      });
    case 'jsonl':
      return cutChunks(text(), {
        kind: 'jsonl',
        cutter: lineCutter,
        chunkRows,
        ...chunkBytes,
        ...from,
      });
    case 'parquet':
      if (isInputGzip)
        throw badRequest('a Parquet file is compressed inside; expected none that is gzip');
      return parquetChunks(input, chunkRows, options.rowGroups);
  }
}
