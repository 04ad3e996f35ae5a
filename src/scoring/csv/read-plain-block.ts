import type { CsvDtype } from './csv-dtypes.ts';
import type { CsvCells } from './infer-cells.ts';
import { plainColumns } from './plain-columns.ts';
import type { BlockReader } from './read-block.ts';
import { readPlainTable } from './read-plain-table.ts';

export interface PlainBlock {
  readonly rowCount: number;
  /** Shapes: one for each column, [rowCount]. */
  readonly columns: readonly CsvCells[];
}

/**
 * Read the next block when it is a table of plain numbers, as most are: the same columns as `readBlock` and the conversion of
 * its cells give, in a third of the time.
 *
 * @param dtypes shapes: one for each column of the header
 * @returns undefined, and the head has not moved, when the general reader must read the block
 */
export function readPlainBlock(
  reader: BlockReader,
  dtypes: readonly (CsvDtype | undefined)[],
): PlainBlock | undefined {
  const { source, width, blockRows, fieldsBefore } = reader;
  // With an index in front of the columns, or after a row of another length, lines are counted otherwise.
  if (dtypes.length !== width || fieldsBefore !== width) return undefined;
  const table = readPlainTable(source.bytes, source.position, { width, maxRows: blockRows });
  if (table === undefined || table.rowCount === 0) return undefined;
  const columns = plainColumns(table, dtypes);
  if (columns === undefined) return undefined;
  source.position = table.end;
  source.lineCount += table.rowCount;
  return { rowCount: table.rowCount, columns };
}
