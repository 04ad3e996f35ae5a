import { ServingError } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import type { IndexedFrame } from '../frame/row-index.ts';
import { readArrowSchema } from './arrow-schema.ts';
import { corrupt } from './byte-reader.ts';
import type { Decompress } from './decompress-page.ts';
import { type FileMetadata, readFileMetadata } from './file-metadata.ts';
import type { CountBytes } from './page-values.ts';
import {
  type IndexLevel,
  NO_METADATA,
  type PandasMetadata,
  readPandasMetadata,
} from './pandas-metadata.ts';
import { type ColumnPlace, type ColumnSource, readColumn } from './read-column.ts';
import { isCounted, presentLevels, rowLabels } from './row-labels.ts';
import { buildSchemaTree, leavesOf, type SchemaNode } from './schema-tree.ts';
import { toPandasDtype } from './to-pandas-dtype.ts';
import type { Stored } from './to-storage.ts';

const DEFAULT_MAX_DECODED_BYTES = 2 ** 28;

export interface ParquetOptions {
  /** gzip, brotli and zstd come from the platform; Snappy and LZ4 are read here. */
  readonly decompress: Decompress;
  /** @default no limit - other than that of decoded bytes */
  readonly maxRows?: number;
  /**
   * Bytes of all pages once decompressed, and 8 for each cell.
   *
   * @default 256 MiB - a compressed file can stand for thousands of times its size
   */
  readonly maxDecodedBytes?: number;
}

/** Read a whole Parquet file. @see parseParquet */
export function readParquetFrame(file: Uint8Array, options: ParquetOptions): IndexedFrame {
  const metadata = readFileMetadata(file);
  checkRows(metadata, options);
  const { pandas, places } = describeColumns(metadata);
  const { decompress } = options;
  const shared = { file, metadata, decompress, countBytes: byteCounter(options) };
  const sources = new Map<string, ColumnSource>();
  const columns: Column[] = [];
  for (const [name, place] of places) {
    const source = { ...shared, ...place };
    sources.set(name, source);
    if (!pandas.indexLevels.includes(name)) {
      columns.push(pandasColumn(name, readColumn(source), pandas));
    }
  }
  return withIndex(frame(metadata.rowCount, columns), pandas.indexLevels, sources);
}

/**
 * What the metadata tell of the columns, by their names in the file.
 *
 * @throws {ServingError} BAD_REQUEST when they contradict each other
 */
export function describeColumns(metadata: FileMetadata): {
  readonly pandas: PandasMetadata;
  readonly places: ReadonlyMap<string, ColumnPlace>;
} {
  const nodes = buildSchemaTree(metadata);
  checkChunks(metadata, nodes);
  const arrow = metadata.keyValues.get('ARROW:schema');
  const fields = arrow === undefined ? [] : readArrowSchema(arrow);
  const isWhole = fields.length === nodes.length;
  const text = metadata.keyValues.get('pandas');
  return {
    pandas: text === undefined ? NO_METADATA : readPandasMetadata(text),
    places: new Map(
      nodes.map((node, position) => {
        return [node.element.name, { node, field: isWhole ? fields[position] : undefined }];
      }),
    ),
  };
}

/** A column as pandas labels and types it. */
export function pandasColumn(name: string, stored: Stored, pandas: PandasMetadata): Column {
  const { dtypes, zonedFields, labelOf } = pandas;
  const { dtype, data } = toPandasDtype(stored, dtypes.get(name), zonedFields.has(name));
  return column(labelOf(name), dtype, data as never);
}

/** Only tensors are looked up by row label: an index is read when it is asked for. */
function withIndex(
  table: Frame,
  indexLevels: readonly IndexLevel[],
  sources: ReadonlyMap<string, ColumnSource>,
): IndexedFrame {
  const levels = presentLevels(indexLevels, sources, table.rowCount);
  if (isCounted(levels)) return table;
  const read = (name: string): Stored | undefined => {
    const source = sources.get(name) as ColumnSource;
    return source.field?.extension === undefined ? readColumn(source) : undefined;
  };
  return {
    ...table,
    get index() {
      return rowLabels(levels, read);
    },
  };
}

function checkRows(
  { rowCount, rowGroups }: FileMetadata,
  { maxRows = Infinity }: ParquetOptions,
): void {
  if (rowCount > maxRows) {
    throw new ServingError(
      'REQUEST_TOO_LARGE',
      `parquet body: ${rowCount} rows, more than the limit of ${maxRows}`,
    );
  }
  const total = rowGroups.reduce((sum, group) => sum + group.rowCount, 0);
  if (total !== rowCount) throw corrupt('the row groups do not add up to the rows of the file');
}

function checkChunks({ rowGroups }: FileMetadata, nodes: readonly SchemaNode[]): void {
  const leafCount = nodes.flatMap(leavesOf).length;
  const names = new Set(nodes.map(({ element }) => element.name));
  if (names.size < nodes.length) throw corrupt('two columns have the same name');
  if (rowGroups.some(({ chunks }) => chunks.length !== leafCount)) {
    throw corrupt('a row group lacks a column');
  }
}

function byteCounter({ maxDecodedBytes = DEFAULT_MAX_DECODED_BYTES }: ParquetOptions): CountBytes {
  let total = 0;
  return (bytes) => {
    total += bytes;
    if (total > maxDecodedBytes) {
      throw new ServingError(
        'REQUEST_TOO_LARGE',
        `parquet body: more than ${maxDecodedBytes} bytes when decoded, which is the limit`,
      );
    }
  };
}
