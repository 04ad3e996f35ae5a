import type { TextChunk } from '../../src/batch/chunk.ts';
import type { RefusedRow, ScoredChunk } from '../../src/batch/scored-chunk.ts';
import type { Column } from '../../src/model/frame.ts';
import { frame } from '../../src/model/frame.ts';

/** A chunk of rows, each with all that belongs to it. */
export function textChunk(
  kind: TextChunk['kind'],
  rows: readonly string[],
  { header = '', firstRow = 0 } = {},
): TextChunk {
  const parts = rows.map((row) => Buffer.from(row));
  const starts = new Uint32Array(rows.length + 1);
  parts.forEach((part, at) => {
    starts[at + 1] = (starts[at] as number) + part.length;
  });
  return {
    kind,
    firstRow,
    rowCount: rows.length,
    header: Buffer.from(header),
    bytes: Buffer.concat(parts),
    starts,
  };
}

/** What came of a chunk: predictions of the rows that are not refused. */
export function scoredChunk(
  { firstRow, rowCount }: { readonly firstRow: number; readonly rowCount: number },
  columns: readonly Column[],
  refusedRows: readonly number[] = [],
): ScoredChunk {
  const refused = refusedRows.map(
    (row): RefusedRow => ({ row, rule: 'BAD_REQUEST', message: 'refused', record: null }),
  );
  return { firstRow, rowCount, refused, predictions: frame(rowCount - refused.length, columns) };
}
