import { badRequest } from '../../errors.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { ArrowField } from './arrow-schema.ts';
import { type ArrowType, arrowTypeOf } from './arrow-type.ts';
import { corrupt } from './byte-reader.ts';
import type { FileMetadata, RowGroup } from './file-metadata.ts';
import { leafTypeOf } from './leaf-cells.ts';
import { type LeafColumn, type PageSource, readLeafColumn } from './leaf-column.ts';
import { type LeafCursor, readNestedCells } from './nested-cells.ts';
import { leavesOf, type SchemaNode } from './schema-tree.ts';
import { type Stored, toStorage } from './to-storage.ts';

/** What an array or a dict in a cell costs, roughly. */
const BYTES_PER_NESTED_CELL = 128;

/** What the metadata tell of one column. */
export interface ColumnPlace {
  readonly node: SchemaNode;
  readonly field: ArrowField | undefined;
}

/** What reading one column takes. */
export interface ColumnSource extends PageSource, ColumnPlace {
  readonly metadata: FileMetadata;
}

/**
 * Read one column of the file, all row groups of it.
 *
 * @throws {ServingError} BAD_REQUEST when it contradicts the metadata or the format; what
 *   `countBytes` throws
 */
export function readColumn(source: ColumnSource): Stored {
  const { node, metadata } = source;
  const isFlat = node.leafIndex >= 0 && node.element.repetition !== 'REPEATED';
  return isFlat
    ? readFlatColumn(source)
    : { dtype: 'object', data: readNestedColumn(source, metadata.rowCount) };
}

function readFlatColumn(source: ColumnSource): Stored {
  const { metadata, node } = source;
  const type = arrowTypeOf(node.element, source.field);
  for (const group of metadata.rowGroups) checkFlatChunk(group, node);
  const { values, definitions, valueCount } = readLeaf(source, node, type);
  const present = valueCount < metadata.rowCount ? definitions : undefined;
  return toStorage(type, { values, present, rowCount: metadata.rowCount });
}

/** A flat column has a value or a null for each row. @throws {ServingError} BAD_REQUEST when its chunk says otherwise */
export function checkFlatChunk({ rowCount, chunks }: RowGroup, { leafIndex }: SchemaNode): void {
  if (chunks[leafIndex]?.valueCount !== rowCount) {
    throw corrupt('a column has not as many values as the file has rows');
  }
}

function readLeaf(source: ColumnSource, leaf: SchemaNode, type: ArrowType): LeafColumn {
  const { rowGroups } = source.metadata;
  const chunks = rowGroups.flatMap((group) => group.chunks[leaf.leafIndex] ?? []);
  return readLeafColumn(source, leaf, leafTypeOf(leaf.element, type), chunks);
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
