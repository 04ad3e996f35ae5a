import type { CellColumn } from './cell-column.ts';
import { checkEncoding, createCsvSource } from './csv-source.ts';
import { type CsvCells, inferCells } from './infer-cells.ts';
import { createBlockReader, readBlock } from './read-block.ts';

/** What all blocks of a text have in common. */
export interface CsvTable {
  /** Of the columns. */
  readonly names: readonly string[];
  /** Cells of a row: those that have no name stand in front, and are the index. */
  readonly width: number;
}

/** The rows that pandas converts at once, cut out of their text. */
export interface CsvBlock {
  readonly bytes: Uint8Array;
  /** Whether it is the first, which begins with a row and not with what may stand in front of one. */
  readonly isFirst: boolean;
  /** `BlockReader.fieldsBefore` where it begins. */
  readonly fieldsBefore: number;
}

export interface UntypedBlock {
  readonly rowCount: number;
  /** Shapes: one for each name, [rowCount] cells of the dtype that this block alone has. */
  readonly columns: readonly CsvCells[];
  /** Cells that short rows leave out. */
  readonly paddedCells: number;
}

/**
 * Read a block as `parseCsv` reads it within the whole text without a schema.
 *
 * @throws {ServingError} as `parseCsv`; line numbers are those of the block
 */
export function readUntypedBlock(block: CsvBlock, { names, width }: CsvTable): UntypedBlock {
  const source = createCsvSource(block.bytes);
  source.position = 0; // what looks like a byte order mark is none here
  const reader = createBlockReader(source, width, block.fieldsBefore);
  const rowCount = readBlock(reader, block.isFirst);
  const columns = names.map((_, at): CsvCells => {
    const cells: CellColumn = {
      ...{ source, width, rowCount },
      cells: reader.cells,
      first: width - names.length + at,
    };
    return inferCells(cells);
  });
  checkEncoding(source);
  return { rowCount, columns, paddedCells: reader.paddedCells };
}
