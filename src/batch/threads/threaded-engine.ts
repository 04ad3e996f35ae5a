import type { Column } from '../../model/frame.ts';
import type { Chunk } from '../chunk.ts';
import type { EncodedChunk } from '../encoded-chunk.ts';
import type { BatchEngine } from '../job/batch-job.ts';
import type { ResolvedOptions } from '../job/resolve-options.ts';
import type { WholeBody } from '../read/read-body.ts';
import type { OutputPiece } from '../write/encode-chunk.ts';
import { createBufferFreer } from './free-buffers.ts';
import type { ThreadPool } from './thread-pool.ts';

export interface ThreadItem {
  readonly item: Chunk | WholeBody;
  readonly options: ResolvedOptions;
}

/** The engine of this thread, whose items are scored and encoded by others. */
export const createThreadedEngine = (
  engine: BatchEngine<Chunk | WholeBody, OutputPiece>,
  pool: ThreadPool<ThreadItem, EncodedChunk<OutputPiece>>,
): BatchEngine<Chunk | WholeBody, OutputPiece> => {
  const freeBuffers = createBufferFreer();
  return {
    ...engine,
    parallel: pool.parallel,
    score(item, options) {
      freeBuffers();
      return pool.run({ item, options }, buffersOf(item));
    },
  };
};

/** What the thread gets instead of a copy: a chunk's bytes are its own. */
function buffersOf(item: Chunk | WholeBody): ArrayBuffer[] {
  switch (item.kind) {
    case 'body':
      return [];
    case 'frame':
      return wholeBuffers([...item.frame.columns, ...(item.kept?.columns ?? [])]);
    default:
      return [item.bytes.buffer as ArrayBuffer];
  }
}

/** Those that hold numbers of one column alone; columns of two frames may be the same. */
function wholeBuffers(columns: readonly Column[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of columns) {
    if (!ArrayBuffer.isView(data)) continue;
    if (data.byteLength === data.buffer.byteLength) buffers.add(data.buffer as ArrayBuffer);
  }
  return [...buffers];
}
