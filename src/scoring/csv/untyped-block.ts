import type { Cells } from './cells.ts';
import { checkEncoding, createCsvSource } from './csv-source.ts';
import { type CsvCells, inferCells } from './infer-cells.ts';
import { createBlockReader, readBlock } from './read-block.ts';
import { readPlainBlock } from './read-plain-block.ts';

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

export type BlockReading = (block: CsvBlock, table: CsvTable) => UntypedBlock;

/**
 * Make what reads blocks, one after the other, as `parseCsv` reads them within the whole text without a schema.
 *
 * It keeps the memory for a block's cells: making it anew for each would take as long as a third of the reading.
 *
 * @throws {ServingError} the reading: as `parseCsv`; line numbers are those of the block
 */
export function createBlockReading(): BlockReading {
  let kept: Cells | undefined;
  return (block, { names, width }) => {
    const source = createCsvSource(block.bytes);
    source.position = 0; // what looks like a byte order mark is none here
    const reader = createBlockReader(source, width, block.fieldsBefore);
    const plain = readPlainBlock(reader, new Array<undefined>(names.length).fill(undefined));
    if (plain !== undefined) return { ...plain, paddedCells: 0 };
    if (kept !== undefined && kept.kinds.length > reader.capacity * width) {
      reader.cells = kept;
      reader.capacity = Math.min(reader.blockRows, Math.floor((kept.kinds.length - 1) / width));
    }
    const rowCount = readBlock(reader, block.isFirst);
    kept = reader.cells;
    const columns = names.map((_, at): CsvCells => {
      const first = width - names.length + at;
      return inferCells({ source, width, rowCount, cells: reader.cells, first });
    });
    checkEncoding(source);
    return { rowCount, columns, paddedCells: reader.paddedCells };
  };
}
