import { badRequest, ServingError } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import type { Schema } from '../../model/signature.ts';
import { castCells, quoteColumn } from './cast-cells.ts';
import type { CellColumn } from './cell-column.ts';
import type { CsvHeader } from './column-names.ts';
import { type CsvDtype, type CsvDtypes, csvDtypes } from './csv-dtypes.ts';
import { type CsvSource, checkEncoding, createCsvSource } from './csv-source.ts';
import { emptyFrame } from './empty-frame.ts';
import { type CsvCells, inferCells } from './infer-cells.ts';
import { joinBlocks } from './join-blocks.ts';
import { type BlockReader, createBlockReader, readBlock } from './read-block.ts';
import { type HeadLimits, readHead } from './read-head.ts';
import { readPlainBlock } from './read-plain-block.ts';

export interface CsvLimits extends HeadLimits {
  /** @default no limit */
  readonly maxRows?: number;
}

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

/**
 * `parseCsv` of a body that is nothing but plain numbers below its header, each row with as many fields as that.
 *
 * @returns undefined for every other body
 * @throws {ServingError} as `parseCsv`
 */
export function parsePlainCsv(body: Uint8Array, schema: Schema | undefined): Frame | undefined {
  const source = createCsvSource(body);
  const dtypes = schema === undefined ? NO_DTYPES : csvDtypes(schema);
  const { header, width } = readHead(source, {});
  if (width === undefined) return undefined;
  const reader = createBlockReader(source, width, header.names.length);
  const told = toldDtypes(reader, header, dtypes);
  const blocks: CsvCells[][] = header.names.map(() => []);
  let rowCount = 0;
  while (source.position < body.length) {
    const plain = readPlainBlock(reader, told);
    if (plain === undefined) return undefined;
    rowCount += plain.rowCount;
    addBlocks(blocks, plain.columns);
  }
  checkEncoding(source);
  return joinFrame(header, blocks, rowCount);
}

function readSource(source: CsvSource, dtypes: CsvDtypes, limits: CsvLimits): Frame {
  const { header, width } = readHead(source, limits);
  const { names } = header;
  if (width === undefined) return emptyFrame(names, dtypes);
  return readFrame(createBlockReader(source, width, names.length), header, dtypes, limits);
}

function readFrame(
  reader: BlockReader,
  header: CsvHeader,
  dtypes: CsvDtypes,
  { maxRows = Number.POSITIVE_INFINITY }: CsvLimits,
): Frame {
  const blocks: CsvCells[][] = header.names.map(() => []);
  let rowCount = 0;
  const told = toldDtypes(reader, header, dtypes);
  for (let isFirst = true; ; isFirst = false) {
    const plain = readPlainBlock(reader, told);
    const rows = plain?.rowCount ?? readBlock(reader, isFirst);
    if (rows === 0) break;
    rowCount += rows;
    if (rowCount > maxRows) {
      throw new ServingError(
        'REQUEST_TOO_LARGE',
        `csv body: more than ${maxRows} rows, which is the limit`,
      );
    }
    if (plain === undefined) convertBlock(reader, rows, header, dtypes, blocks);
    else addBlocks(blocks, plain.columns);
  }
  return joinFrame(header, blocks, rowCount);
}

function joinFrame(header: CsvHeader, blocks: readonly CsvCells[][], rowCount: number): Frame {
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

function addBlocks(blocks: readonly CsvCells[][], columns: readonly CsvCells[]): void {
  columns.forEach((cells, at) => {
    addBlock(blocks[at] as CsvCells[], cells);
  });
}

function addBlock(blocks: CsvCells[], cells: CsvCells): void {
  blocks.push(cells);
  if (blocks.length < MAX_SMALL_BLOCKS || cells.data.length > SMALL_BLOCK_ROWS) return;
  if (blocks.every(({ dtype }) => dtype === cells.dtype)) {
    blocks.splice(0, blocks.length, joinBlocks(blocks));
  }
}

const dtypeByName = (header: CsvHeader, at: number, dtypes: CsvDtypes): CsvDtype | undefined =>
  dtypes.get(header.names[at] as string) ?? dtypes.get(header.renamed.get(at) ?? '');

/** Shapes: one for each column of the header. */
const toldDtypes = (
  { width }: BlockReader,
  header: CsvHeader,
  dtypes: CsvDtypes,
): (CsvDtype | undefined)[] =>
  header.names.map(
    (_, at) => dtypeByName(header, at, dtypes) ?? dtypes.get(width - header.names.length + at),
  );

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
