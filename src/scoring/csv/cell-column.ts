import type { Cells } from './cells.ts';
import { type CsvSource, cellText, decodeSource } from './csv-source.ts';
import { isMissing } from './missing-text.ts';

/**
 * One column of a block of rows.
 *
 * Shapes: the cell of row r has index `first + r * width` in `cells`.
 */
export interface CellColumn {
  readonly source: CsvSource;
  readonly cells: Cells;
  readonly first: number;
  readonly width: number;
  readonly rowCount: number;
}

export const isCellMissing = ({ source, cells }: CellColumn, index: number): boolean =>
  isMissing(source.texts, cells.starts[index] as number, cells.ends[index] as number);

/** Read a cell with one of the parsers. */
export const readCell = <T>(
  { source, cells }: CellColumn,
  index: number,
  read: (texts: Uint8Array, start: number, end: number) => T,
): T => read(source.texts, cells.starts[index] as number, cells.ends[index] as number);

/**
 * Cells as Python strings, missing ones as NaN; `keepsMissing` leaves those as they are written.
 *
 * @throws {ServingError} BAD_REQUEST when the body is not UTF-8
 */
export function textCells(column: CellColumn, keepsMissing = false): (string | number)[] {
  const { source, cells, width, rowCount } = column;
  decodeSource(source);
  const texts = new Array<string | number>(rowCount);
  let index = column.first;
  for (let row = 0; row < rowCount; row++, index += width) {
    const start = cells.starts[index] as number;
    const end = cells.ends[index] as number;
    texts[row] =
      !keepsMissing && isMissing(source.texts, start, end)
        ? Number.NaN
        : cellText(source, start, end);
  }
  return texts;
}
