import type { BatchManifest } from '../batch-manifest.ts';
import type { EncodedChunk } from '../encoded-chunk.ts';

export interface RowCount {
  /** @throws when a row of the file is in no chunk, in two, or is refused twice: a bug, found before it becomes a result */
  add(chunk: Omit<EncodedChunk<unknown>, 'piece'>): void;
  total(): BatchManifest['rows'];
}

/** Check that every row is accounted for once. @param firstRow of the file or part */
export function countRows(firstRow = 0): RowCount {
  let next = firstRow;
  let refusedRows = 0;

  return {
    add({ firstRow: first, rowCount, refused }) {
      if (first !== next) throw new Error(`rows ${next} to ${first} are in no chunk, or in two`);
      let last = first - 1;
      for (const { row } of refused) {
        const isNext = row > last && row < first + rowCount;
        if (!isNext) throw new Error(`row ${row} is refused twice, or is not of its chunk`);
        last = row;
      }
      next += rowCount;
      refusedRows += refused.length;
    },
    total: () => {
      const rowsIn = next - firstRow;
      return { in: rowsIn, out: rowsIn - refusedRows, refused: refusedRows };
    },
  };
}
