import { badRequest, ServingError } from '../../errors.ts';
import { borrowCells, type Cells, clearCells, growCells, SHARED_COUNT } from './cells.ts';
import { type CsvSource, findRecord, resume } from './csv-source.ts';
import { readFields } from './read-fields.ts';

/**
 * Reads the rows below a header, one block at a time.
 *
 * pandas converts a large text block by block, so blocks decide dtypes, and it compares the length
 * of a line with the line before, starting afresh with each block.
 *
 * Shapes: `cells` holds `capacity` rows × `width` cells, those of the latest block.
 */
export interface BlockReader {
  readonly source: CsvSource;
  readonly width: number;
  readonly blockRows: number;
  cells: Cells;
  capacity: number;
  fieldsBefore: number;
  paddedCells: number;
}

/** pandas' `DEFAULT_BUFFER_HEURISTIC`: cells of a block, at most. */
const MAX_BLOCK_CELLS = 2 ** 20;
const GROWTH = 8;

/**
 * Padding costs the sender nothing and the receiver a cell each: a short text must not stand for
 * a huge table. The bound grows with the text, so only tables that are mostly padding meet it.
 */
const MAX_PADDED_CELLS = 1_000_000;
const MAX_PADDED_CELLS_PER_BYTE = 2;

const maxPaddedCells = (textBytes: number): number =>
  MAX_PADDED_CELLS + MAX_PADDED_CELLS_PER_BYTE * textBytes;

/** Whether a text of so many bytes leaves too many cells out. */
export const isMostlyPadding = (paddedCells: number, textBytes: number): boolean =>
  paddedCells > maxPaddedCells(textBytes);

/** Rows of a block: a power of two. @see pandas/_libs/parsers.pyx, `TextReader.__cinit__`, `buffer_lines` */
export function rowsOfBlock(width: number): number {
  const bound = Math.floor(MAX_BLOCK_CELLS / width);
  let rows = 1;
  while (rows * 2 < bound) rows *= 2;
  return rows;
}

/** Set up for rows of `width` cells under a header of `headerFields`. */
export function createBlockReader(
  source: CsvSource,
  width: number,
  headerFields: number,
): BlockReader {
  const blockRows = rowsOfBlock(width);
  const capacity = Math.min(blockRows, Math.max(1, Math.floor(SHARED_COUNT / width)));
  const cells = borrowCells(capacity * width);
  return { source, width, blockRows, cells, capacity, fieldsBefore: headerFields, paddedCells: 0 };
}

/**
 * Read the next block; `isRowFound` says that the head already stands in the first row.
 *
 * @returns the number of rows, 0 at the end of the text
 * @throws {ServingError} BAD_REQUEST when a line has more fields than the line before;
 *   REQUEST_TOO_LARGE when most of a large table is padding
 */
export function readBlock(reader: BlockReader, isRowFound: boolean): number {
  const { source, blockRows } = reader;
  let row = 0;
  if (isRowFound) readRow(reader, row++);
  resume(source);
  for (; row < blockRows && findRecord(source); row++) {
    if (row === reader.capacity) grow(reader);
    readRow(reader, row);
  }
  return row;
}

function readRow(reader: BlockReader, row: number): void {
  const { source, width, cells, fieldsBefore } = reader;
  const count = readFields(source, cells, row * width, width);
  if (count === fieldsBefore) return;
  if (count > fieldsBefore) {
    if (row > 0) {
      throw badRequest(
        `csv line ${source.lineCount}: ${count} fields, expected at most ${fieldsBefore}`,
      );
    }
    reader.fieldsBefore = count;
  }
  if (count < width) pad(reader, row, count);
}

function pad(reader: BlockReader, row: number, count: number): void {
  const { source, width, cells } = reader;
  clearCells(cells, row * width + count, (row + 1) * width);
  reader.paddedCells += width - count;
  const { length } = source.bytes;
  if (isMostlyPadding(reader.paddedCells, length)) {
    throw new ServingError(
      'REQUEST_TOO_LARGE',
      `csv line ${source.lineCount}: short lines leave more than ${maxPaddedCells(length)} cells empty, which is the limit; give every line all its fields`,
    );
  }
}

function grow(reader: BlockReader): void {
  const used = reader.capacity * reader.width;
  reader.capacity = Math.min(reader.blockRows, reader.capacity * GROWTH);
  reader.cells = growCells(reader.cells, used, reader.capacity * reader.width);
}
