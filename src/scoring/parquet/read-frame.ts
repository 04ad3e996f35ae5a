import { badRequest, ServingError } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import type { PyValue } from '../../model/py-value.ts';
import { type ArrowField, readArrowSchema } from './arrow-schema.ts';
import { type ArrowType, arrowTypeOf } from './arrow-type.ts';
import { corrupt } from './byte-reader.ts';
import { type FileMetadata, readFileMetadata } from './file-metadata.ts';
import { leafTypeOf } from './leaf-cells.ts';
import { type LeafColumn, readLeafColumn } from './leaf-column.ts';
import { type LeafCursor, readNestedCells } from './nested-cells.ts';
import type { CountBytes } from './page-values.ts';
import { toPandasDtype } from './pandas-dtype.ts';
import { NO_METADATA, readPandasMetadata } from './pandas-metadata.ts';
import type { ParquetLimits } from './parse-parquet.ts';
import { buildSchemaTree, leavesOf, type SchemaNode } from './schema-tree.ts';
import { type Stored, toStorage } from './to-storage.ts';

const DEFAULT_MAX_DECODED_BYTES = 2 ** 28;
/** What an array or a dict in a cell costs, roughly. */
const BYTES_PER_NESTED_CELL = 128;

/** What reading one column takes. */
interface ColumnSource {
  readonly file: Uint8Array;
  readonly metadata: FileMetadata;
  readonly node: SchemaNode;
  readonly field: ArrowField | undefined;
  readonly countBytes: CountBytes;
}

/** Read a whole Parquet file. @see parseParquet */
export function readParquetFrame(file: Uint8Array, limits: ParquetLimits): Frame {
  const metadata = readFileMetadata(file);
  checkRows(metadata, limits);
  const nodes = buildSchemaTree(metadata);
  checkChunks(metadata, nodes);
  const arrow = metadata.keyValues.get('ARROW:schema');
  const arrowFields = arrow === undefined ? [] : readArrowSchema(arrow);
  const text = metadata.keyValues.get('pandas');
  const pandas = text === undefined ? NO_METADATA : readPandasMetadata(text);
  const countBytes = byteCounter(limits);
  const columns: Column[] = [];
  for (const [position, node] of nodes.entries()) {
    const { name } = node.element;
    if (pandas.indexFields.has(name)) continue;
    const field = arrowFields.length === nodes.length ? arrowFields[position] : undefined;
    const stored = readColumn({ file, metadata, node, field, countBytes });
    const typed = toPandasDtype(stored, pandas.dtypes.get(name), pandas.zonedFields.has(name));
    columns.push(column(pandas.labelOf(name), typed.dtype, typed.data as never));
  }
  return frame(metadata.rowCount, columns);
}

function checkRows(
  { rowCount, rowGroups }: FileMetadata,
  { maxRows = Infinity }: ParquetLimits,
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

function byteCounter({ maxDecodedBytes = DEFAULT_MAX_DECODED_BYTES }: ParquetLimits): CountBytes {
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

function readColumn(source: ColumnSource): Stored {
  const { node, metadata } = source;
  const isFlat = node.leafIndex >= 0 && node.element.repetition !== 'REPEATED';
  return isFlat
    ? readFlatColumn(source)
    : { dtype: 'object', data: readNestedColumn(source, metadata.rowCount) };
}

function readFlatColumn(source: ColumnSource): Stored {
  const { metadata, node } = source;
  const type = arrowTypeOf(node.element, source.field);
  for (const { rowCount, chunks } of metadata.rowGroups) {
    if (chunks[node.leafIndex]?.valueCount !== rowCount) {
      throw corrupt('a column has not as many values as the file has rows');
    }
  }
  const { values, definitions, valueCount } = readLeaf(source, node, type);
  const present = valueCount < metadata.rowCount ? definitions : undefined;
  return toStorage(type, { values, present, rowCount: metadata.rowCount });
}

function readLeaf(
  { file, metadata, countBytes }: ColumnSource,
  leaf: SchemaNode,
  type: ArrowType,
): LeafColumn {
  const chunks = metadata.rowGroups.flatMap((group) => group.chunks[leaf.leafIndex] ?? []);
  return readLeafColumn(file, leaf, leafTypeOf(leaf.element, type), chunks, countBytes);
}

function readNestedColumn(source: ColumnSource, rowCount: number): PyValue[] {
  source.countBytes(rowCount * BYTES_PER_NESTED_CELL);
  const cursors = new Map(
    leavesOf(source.node).map((leaf): [number, LeafCursor] => {
      const type = elementType(leaf);
      return [leaf.leafIndex, { type, column: readLeaf(source, leaf, type), level: 0, value: 0 }];
    }),
  );
  return readNestedCells(source.node, cursors, rowCount);
}

/** The type of values inside a cell; zones get lost there, and pyarrow cannot list fixed bytes. */
function elementType({ element, maxRepetition }: SchemaNode): ArrowType {
  const type = arrowTypeOf(element, undefined);
  if (type.kind === 'bytes' && element.type === 'FIXED_LEN_BYTE_ARRAY' && maxRepetition > 0) {
    throw badRequest('parquet body: lists of bytes of a fixed length are not supported');
  }
  return type.kind === 'timestamp' ? { ...type, isZoned: false } : type;
}
