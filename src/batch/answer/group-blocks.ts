import { type CsvTableBlock, cutCsvBlocks } from './cut-csv-blocks.ts';
import { LEAST_ROWS } from './least-rows.ts';
import type { RowsItem } from './rows-item.ts';

/** The rows of a CSV text, some blocks at a time; the last ones are not few unless all are. */
export async function* groupBlocks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<RowsItem> {
  let complete: CsvTableBlock[] = [];
  let open: CsvTableBlock[] = [];
  let firstRow = 0;
  const close = (blocks: readonly CsvTableBlock[]): RowsItem => {
    const item = toItem(blocks, firstRow);
    firstRow += item.rowCount;
    return item;
  };
  for await (const block of cutCsvBlocks(pieces)) {
    open.push(block);
    if (countRows(open) < LEAST_ROWS) continue;
    if (complete.length > 0) yield close(complete);
    complete = open;
    open = [];
  }
  const rest = [...complete, ...open];
  if (rest.length > 0) yield close(rest);
}

const countRows = (blocks: readonly CsvTableBlock[]): number =>
  blocks.reduce((sum, { rowCount }) => sum + rowCount, 0);

const toItem = (blocks: readonly CsvTableBlock[], firstRow: number): RowsItem => ({
  firstRow,
  table: (blocks[0] as CsvTableBlock).table,
  blocks: blocks.map(({ bytes, isFirst, fieldsBefore }) => ({ bytes, isFirst, fieldsBefore })),
  rowCount: countRows(blocks),
});
