import type { BatchInput } from '../../batch-input.ts';
import type { RangePlan, RowRange } from '../range-plan.ts';
import { columnEnds, readMetadata, refuseNested } from './parquet-metadata.ts';

/**
 * Say which row groups of a Parquet file go together, about `rangeBytes` of them, by what the file says of itself: nothing else
 * of it is read.
 *
 * @throws {ServingError} BAD_REQUEST when the file cannot be read, or has a nested column; as `BatchInput.read`
 */
export async function planRowGroups(input: BatchInput, rangeBytes: number): Promise<RangePlan> {
  const { metadata, end } = await readMetadata(input);
  refuseNested(metadata);
  const ends = columnEnds(metadata, end);
  const ranges: RowRange[] = [];
  let open: { from: number; firstRow: number; bytes: number } | undefined;
  let [rowCount, start] = [0, 0];
  for (const [index, { rowCount: rows, chunks }] of metadata.rowGroups.entries()) {
    open ??= { from: index, firstRow: rowCount, bytes: 0 };
    open.bytes += chunks.reduce(
      (sum, chunk) => sum + (ends.get(chunk.start) ?? 0) - chunk.start,
      0,
    );
    rowCount += rows;
    const isLast = index === metadata.rowGroups.length - 1;
    if (open.bytes < rangeBytes && !isLast) continue;
    const { from, firstRow, bytes } = open;
    open = undefined;
    if (rowCount === firstRow) continue; // groups without rows
    const rowGroups = { from, to: index + 1 };
    ranges.push({ firstRow, rowCount: rowCount - firstRow, start, end: start + bytes, rowGroups });
    start += bytes;
  }
  return { ranges, rowCount, header: new Uint8Array(0), headerFields: 1 };
}
