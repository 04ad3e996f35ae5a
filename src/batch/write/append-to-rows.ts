import type { TextChunk } from '../chunk.ts';
import type { RowTails } from './row-tails.ts';

/**
 * Copy rows of a chunk as they stand, each with its tail behind it.
 *
 * Shapes: `rows`, `rowEnds` and the tails' ends are [N]: which rows of the chunk, where the kept part of each ends, and its tail.
 */
export function appendToRows(
  { bytes, starts }: TextChunk,
  { rows, rowEnds }: { readonly rows: Uint32Array; readonly rowEnds: Uint32Array },
  tails: RowTails,
): Uint8Array {
  let kept = 0;
  for (let at = 0; at < rows.length; at++) {
    kept += (rowEnds[at] as number) - (starts[rows[at] as number] as number);
  }
  const out = Buffer.allocUnsafeSlow(kept + tails.bytes.length);
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ours = Buffer.from(tails.bytes.buffer, tails.bytes.byteOffset, tails.bytes.byteLength);
  let to = 0;
  let tail = 0;
  for (let at = 0; at < rows.length; at++) {
    to += source.copy(out, to, starts[rows[at] as number], rowEnds[at]);
    const tailEnd = tails.ends[at] as number;
    while (tail < tailEnd) out[to++] = ours[tail++] as number;
  }
  return out;
}
