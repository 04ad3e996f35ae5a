import type { ScoredChunk } from '../scored-chunk.ts';

/** Places in the chunk, counted from 0, of the rows that have predictions. Shapes: [rowCount - refused.length]. */
export function acceptedRows({ firstRow, rowCount, refused }: ScoredChunk): Uint32Array {
  const accepted = new Uint32Array(rowCount - refused.length);
  let [next, at] = [0, 0];
  for (let row = 0; row < rowCount; row++) {
    if (refused[next]?.row === firstRow + row) next++;
    else accepted[at++] = row;
  }
  return accepted;
}
