import { ServingError } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import type { IndexedFrame } from '../frame/row-index.ts';
import { readArrowSchema } from './arrow-schema.ts';
import { corrupt } from './byte-reader.ts';
import type { Decompress } from './decompress-page.ts';
import { type FileMetadata, readFileMetadata } from './file-metadata.ts';
import type { CountBytes } from './page-values.ts';
import { type IndexLevel, NO_METADATA, readPandasMetadata } from './pandas-metadata.ts';
import { type ColumnSource, readColumn } from './read-column.ts';
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
export const readParquetFrame = (file: Uint8Array, options: ParquetOptions): IndexedFrame =>
  readTable(file, readFileMetadata(file), options);

/**
 * Read the rows that the metadata tells of: those of the whole file, or of some of its row groups.
 *
 * @param file what the places in the metadata count from
 */
export function readTable(
  file: Uint8Array,
  metadata: FileMetadata,
  options: ParquetOptions,
): IndexedFrame {
  const { pandas, sources } = openColumns(file, metadata, options);
  const columns: Column[] = [];
  for (const [name, source] of sources) {
    if (pandas.indexLevels.includes(name)) continue;
    const stored = readColumn(source);
    const typed = toPandasDtype(stored, pandas.dtypes.get(name), pandas.zonedFields.has(name));
    columns.push(column(pandas.labelOf(name), typed.dtype, typed.data as never));
  }
  return withIndex(frame(metadata.rowCount, columns), pandas.indexLevels, sources);
}

/** What the metadata tell of each column, by its name in the file. Throws as `readTable`. */
export function openColumns(file: Uint8Array, metadata: FileMetadata, options: ParquetOptions) {
  checkRows(metadata, options);
  const nodes = buildSchemaTree(metadata);
  checkChunks(metadata, nodes);
  const arrow = metadata.keyValues.get('ARROW:schema');
  const arrowFields = arrow === undefined ? [] : readArrowSchema(arrow);
  const text = metadata.keyValues.get('pandas');
  const pandas = text === undefined ? NO_METADATA : readPandasMetadata(text);
  const { decompress } = options;
  const countBytes = byteCounter(options);
  const sources = new Map(
    nodes.map((node, position): [string, ColumnSource] => {
      const field = arrowFields.length === nodes.length ? arrowFields[position] : undefined;
      return [node.element.name, { file, metadata, node, field, countBytes, decompress }];
    }),
  );
  return { pandas, sources };
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
