import type { Chunk } from '../chunk.ts';
import type { EncodedChunk } from '../encoded-chunk.ts';
import type { BatchEngine } from '../job/batch-job.ts';
import type { ResolvedOptions } from '../job/resolve-options.ts';
import type { WholeBody } from '../read/read-body.ts';
import type { OutputPiece } from '../write/encode-chunk.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface ThreadItem {
  readonly item: Chunk | WholeBody;
  readonly options: ResolvedOptions;
}

/** Items of each thread that wait beside the one that it does: it need not wait for the reader. */
const WAITING = 1;

/** The engine of this thread, whose items are scored and encoded by others. */
export const createThreadedEngine = (
  engine: BatchEngine<Chunk | WholeBody, OutputPiece>,
  pool: ThreadPool<ThreadItem, EncodedChunk<OutputPiece>>,
): BatchEngine<Chunk | WholeBody, OutputPiece> => ({
  ...engine,
  parallel: pool.size * (1 + WAITING),
  score: (item, options) => pool.run({ item, options }, buffersOf(item)),
});

/** A text chunk's bytes are its own; columns of a frame may share what they lie in. */
const buffersOf = (item: Chunk | WholeBody): ArrayBuffer[] =>
  item.kind === 'csv' || item.kind === 'jsonl' ? [item.bytes.buffer as ArrayBuffer] : [];
