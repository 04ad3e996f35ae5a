import { closeSync, openSync, readSync } from 'node:fs';
import type { NativeFeeds } from './to-feeds.ts';

/** `op_type: "TopK"` in protobuf: tag of field 4, length, text. Found in subgraphs as well. */
const TOP_K = Buffer.from('\x22\x04TopK', 'latin1');
const CHUNK_BYTES = 1024 * 1024;

/** Whether some input has no cells at all, as for zero rows. */
export const hasEmptyFeed = (feeds: NativeFeeds): boolean => {
  for (const name in feeds) if (feeds[name]?.dims.includes(0)) return true;
  return false;
};

/**
 * Whether a model may kill the process when it is run on zero rows.
 *
 * ORT's TopK divides by the number of rows: SIGFPE, which no JavaScript can catch. Nearest-neighbour
 * models are made of it. To delete this file: run TopK on a [0,4] tensor with a newer ORT than 1.30.
 *
 * The file is read only when a request without rows arrives, and once.
 */
export function createEmptyGuard(path: string): () => boolean {
  let isDangerous: boolean | undefined;
  return () => {
    isDangerous ??= fileHolds(path, TOP_K);
    return isDangerous;
  };
}

function fileHolds(path: string, wanted: Buffer): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let kept = 0;
    for (;;) {
      const read = readSync(descriptor, chunk, kept, CHUNK_BYTES - kept, null);
      if (read === 0) return false;
      const filled = chunk.subarray(0, kept + read);
      if (filled.includes(wanted)) return true;
      // The end of this chunk may be the beginning of what is wanted.
      kept = Math.min(filled.length, wanted.length - 1);
      chunk.copyWithin(0, filled.length - kept, filled.length);
    }
  } finally {
    closeSync(descriptor);
  }
}
