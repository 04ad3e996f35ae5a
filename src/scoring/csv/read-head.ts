import { badRequest, ServingError } from '../../errors.ts';
import { borrowCells, NO_CELLS } from './cells.ts';
import { type CsvHeader, nameColumns } from './column-names.ts';
import { type CsvSource, cellText, findRecord } from './csv-source.ts';
import { readFields } from './read-fields.ts';

export interface HeadLimits {
  /** @default 100,000 - every column costs memory of its own, however short it is */
  readonly maxColumns?: number;
}

const DEFAULT_MAX_COLUMNS = 100_000;

export interface CsvHead {
  readonly header: CsvHeader;
  /** Fields of the header or of the first row, whichever are more; undefined when there is no row. */
  readonly width: number | undefined;
}

/**
 * Read the header, and move to the first row.
 *
 * @throws {ServingError} BAD_REQUEST when there is no header, REQUEST_TOO_LARGE above the limit
 */
export function readHead(source: CsvSource, limits: HeadLimits): CsvHead {
  const header = readHeader(source, limits);
  source.lastStepBack = -1; // one pass with the header, but never endless: it is two lines long
  if (!findRecord(source)) return { header, width: undefined };
  return { header, width: Math.max(header.names.length, countFields(source, limits)) };
}

function readHeader(source: CsvSource, limits: HeadLimits): CsvHeader {
  if (!findRecord(source)) throw badRequest('csv body: expected a header line, found no text');
  const count = countFields(source, limits);
  const cells = borrowCells(count);
  readFields(source, cells, 0, count);
  const fields: string[] = [];
  for (let at = 0; at < count; at++) {
    fields.push(cellText(source, cells.starts[at] as number, cells.ends[at] as number));
  }
  source.texts = source.bytes;
  return nameColumns(fields);
}

/** Number of fields of the line under the head, which does not move. */
function countFields(source: CsvSource, { maxColumns = DEFAULT_MAX_COLUMNS }: HeadLimits): number {
  const { position, lineCount } = source;
  const count = readFields(source, NO_CELLS, 0, 0);
  if (count > maxColumns) {
    throw new ServingError(
      'REQUEST_TOO_LARGE',
      `csv line ${source.lineCount}: ${count} columns, more than the limit of ${maxColumns}`,
    );
  }
  source.position = position;
  source.lineCount = lineCount;
  return count;
}
