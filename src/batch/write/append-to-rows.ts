import type { TextChunk } from '../chunk.ts';

/** One text for each row that is kept, its line end included. */
export interface RowTails {
  readonly bytes: Uint8Array;
  /** Shapes: [rows]; row i ends before `ends[i]`. */
  readonly ends: Uint32Array;
}

/** Tails as bytes: one text is converted, not one for each row. */
export function encodeTails(rowCount: number, tailOf: (row: number) => string): RowTails {
  const ends = new Uint32Array(rowCount);
  let text = '';
  for (let row = 0; row < rowCount; row++) {
    text += tailOf(row);
    ends[row] = text.length;
  }
  const bytes = Buffer.from(text);
  if (bytes.length !== text.length) {
    let [from, to] = [0, 0];
    for (let row = 0; row < rowCount; row++) {
      const end = ends[row] as number;
      to += Buffer.byteLength(text.slice(from, end));
      from = end;
      ends[row] = to;
    }
  }
  return { bytes, ends };
}

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
