import { badRequest, ServingError } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import type { Schema } from '../../model/signature.ts';
import { castCells, quoteColumn } from './cast-cells.ts';
import type { CellColumn } from './cell-column.ts';
import { borrowCells, NO_CELLS } from './cells.ts';
import { type CsvHeader, nameColumns } from './column-names.ts';
import { type CsvDtype, type CsvDtypes, csvDtypes } from './csv-dtypes.ts';
import {
  type CsvSource,
  cellText,
  checkEncoding,
  createCsvSource,
  findRecord,
} from './csv-source.ts';
import { emptyFrame } from './empty-frame.ts';
import { type CsvCells, inferCells } from './infer-cells.ts';
import { joinBlocks } from './join-blocks.ts';
import { type BlockReader, createBlockReader, readBlock } from './read-block.ts';
import { readFields } from './read-fields.ts';

export interface CsvLimits {
  /** @default no limit */
  readonly maxRows?: number;
  /** @default 100,000 - every column costs memory of its own, however short it is */
  readonly maxColumns?: number;
}

const DEFAULT_MAX_COLUMNS = 100_000;
const NO_DTYPES: CsvDtypes = new Map();

/**
 * Read a CSV request body as pandas' `read_csv(body, dtype=<signature>)` does.
 *
 * Shapes: a column of [N] cells for each name of the header, N lines below it. Columns in front of
 *   them, which only a first line longer than the header makes, are the index: read and dropped.
 * Units:  floats as pandas converts them by default, which is not always the nearest double.
 *
 * @throws {ServingError} BAD_REQUEST when pandas refuses the text or a column does not fit its
 *   dtype; REQUEST_TOO_LARGE above a limit
 * @see mlflow/pyfunc/scoring_server/__init__.py, `parse_csv_input`
 */
export function parseCsv(
  body: Uint8Array,
  schema: Schema | undefined,
  limits: CsvLimits = {},
): Frame {
  const source = createCsvSource(body);
  const dtypes = schema === undefined ? NO_DTYPES : csvDtypes(schema);
  const parsed = readSource(source, dtypes, limits);
  checkEncoding(source);
  return parsed;
}

function readSource(source: CsvSource, dtypes: CsvDtypes, limits: CsvLimits): Frame {
  const header = readHeader(source, limits);
  source.lastStepBack = -1; // one pass with the header, but never endless: it is two lines long
  if (!findRecord(source)) return emptyFrame(header.names, dtypes);
  const firstFields = countFields(source, limits);
  const reader = createBlockReader(
    source,
    Math.max(header.names.length, firstFields),
    header.names.length,
  );
  return readFrame(reader, header, dtypes, limits);
}

function readHeader(source: CsvSource, limits: CsvLimits): CsvHeader {
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
function countFields(source: CsvSource, { maxColumns = DEFAULT_MAX_COLUMNS }: CsvLimits): number {
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

function readFrame(
  reader: BlockReader,
  header: CsvHeader,
  dtypes: CsvDtypes,
  { maxRows = Number.POSITIVE_INFINITY }: CsvLimits,
): Frame {
  const blocks: CsvCells[][] = header.names.map(() => []);
  let rowCount = 0;
  for (let rows = readBlock(reader, true); rows > 0; rows = readBlock(reader, false)) {
    rowCount += rows;
    if (rowCount > maxRows) {
      throw new ServingError(
        'REQUEST_TOO_LARGE',
        `csv body: more than ${maxRows} rows, which is the limit`,
      );
    }
    convertBlock(reader, rows, header, dtypes, blocks);
  }
  const columns = header.names.map((name, at): Column => {
    const { dtype, data } = joinBlocks(blocks[at] as CsvCells[]);
    return column(name, dtype, data);
  });
  return frame(rowCount, columns);
}

function convertBlock(
  reader: BlockReader,
  rowCount: number,
  header: CsvHeader,
  dtypes: CsvDtypes,
  blocks: CsvCells[][],
): void {
  const { source, cells, width } = reader;
  const leading = width - header.names.length;
  for (let first = 0; first < width; first++) {
    const cellColumn: CellColumn = { source, cells, first, width, rowCount };
    const at = first - leading;
    const dtype = (at < 0 ? undefined : dtypeByName(header, at, dtypes)) ?? dtypes.get(first);
    // An index column without a dtype cannot fail, and nothing shows it.
    if (at < 0 && dtype === undefined) continue;
    const converted = convertColumn(cellColumn, dtype, header.names[at]);
    if (at >= 0) addBlock(blocks[at] as CsvCells[], converted);
  }
}

/** Blocks of a wide table have few rows: joined early, they cost less than an array each. */
const MAX_SMALL_BLOCKS = 8;
const SMALL_BLOCK_ROWS = 1024;

function addBlock(blocks: CsvCells[], cells: CsvCells): void {
  blocks.push(cells);
  if (blocks.length < MAX_SMALL_BLOCKS || cells.data.length > SMALL_BLOCK_ROWS) return;
  if (blocks.every(({ dtype }) => dtype === cells.dtype)) {
    blocks.splice(0, blocks.length, joinBlocks(blocks));
  }
}

const dtypeByName = (header: CsvHeader, at: number, dtypes: CsvDtypes): CsvDtype | undefined =>
  dtypes.get(header.names[at] as string) ?? dtypes.get(header.renamed.get(at) ?? '');

function convertColumn(
  cells: CellColumn,
  dtype: CsvDtype | undefined,
  name: string | undefined,
): CsvCells {
  if (dtype === undefined) return inferCells(cells);
  if (dtype === 'datetime') {
    throw badRequest(
      `csv column ${quoteColumn(name)}: the CSV format takes no datetime column; send JSON`,
    );
  }
  return castCells(cells, dtype, name);
}
