import type { TextChunk } from '../chunk.ts';
import { createTextWriter, type TextWriter } from './text-writer.ts';

/** Of the texts that are appended to a row, by a guess; bytes. */
const TAIL_BYTES = 24;

/**
 * Copy rows of a chunk as they stand, each with a tail behind it.
 *
 * Shapes: `rows` and `rowEnds` are [N]: which rows of the chunk, and where the kept part of each ends.
 *
 * @param writeTail writes what comes behind the row with this index, line end included
 */
export function appendToRows(
  { bytes, starts }: TextChunk,
  { rows, rowEnds }: { readonly rows: Uint32Array; readonly rowEnds: Uint32Array },
  writeTail: (out: TextWriter, at: number) => void,
): Uint8Array {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = createTextWriter(bytes.length + TAIL_BYTES * rows.length);
  for (let at = 0; at < rows.length; at++) {
    out.copy(source, starts[rows[at] as number] as number, rowEnds[at] as number);
    writeTail(out, at);
  }
  return out.end();
}
