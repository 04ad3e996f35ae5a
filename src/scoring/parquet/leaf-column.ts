import { createByteReader, readBytes } from './byte-reader.ts';
import { countValues, type LeafPage, readPage } from './data-page.ts';
import type { Decompress } from './decompress-page.ts';
import type { ColumnChunk } from './file-metadata.ts';
import { appendValues, createLeafValues, type LeafType, type LeafValues } from './leaf-values.ts';
import { readPageHeader } from './page-header.ts';
import type { CountBytes } from './page-values.ts';
import type { SchemaNode } from './schema-tree.ts';

/**
 * One leaf of all rows.
 *
 * Shapes: levels are [L], one for each value, null or empty list; `values` holds the present ones,
 *   [V] with V <= L. Levels that can only be 0 are left out.
 */
export interface LeafColumn {
  readonly levelCount: number;
  readonly valueCount: number;
  readonly values: LeafValues;
  readonly definitions: Uint8Array | undefined;
  readonly repetitions: Uint8Array | undefined;
}

const BYTES_PER_CELL = 8;

/** Where pages come from. */
export interface PageSource {
  readonly file: Uint8Array;
  readonly countBytes: CountBytes;
  readonly decompress: Decompress;
}

/**
 * Read the pages of one leaf, all row groups of it.
 *
 * @throws {ServingError} BAD_REQUEST when they contradict the metadata or the format;
 *   what `countBytes` throws
 */
export function readLeafColumn(
  { file, countBytes, decompress }: PageSource,
  node: SchemaNode,
  type: LeafType,
  chunks: readonly ColumnChunk[],
): LeafColumn {
  const total = chunks.reduce((count, chunk) => count + chunk.valueCount, 0);
  countBytes(total * BYTES_PER_CELL);
  const column = createLeafColumn(node, type, total);
  for (const { codec, start, valueCount } of chunks) {
    const leaf = { node, type, decompress, codec, dictionary: undefined };
    const reader = createByteReader(file, start);
    const end = column.levelCount + valueCount;
    while (column.levelCount < end) {
      const header = readPageHeader(reader);
      const stored = readBytes(reader, header.storedBytes);
      const page = readPage(header, stored, leaf, end - column.levelCount, countBytes);
      if (page !== undefined) appendPage(column, page, { level: 0, value: 0 }, page.levelCount);
    }
  }
  return column;
}

/** A column with room for `total` levels. */
export const createLeafColumn = (
  { maxDefinition, maxRepetition }: SchemaNode,
  type: LeafType,
  total: number,
): LeafBuilder => ({
  maxDefinition,
  levelCount: 0,
  valueCount: 0,
  values: createLeafValues(type.physical, total),
  definitions: maxDefinition > 0 ? new Uint8Array(total) : undefined,
  repetitions: maxRepetition > 0 ? new Uint8Array(total) : undefined,
});

/** A column that grows. */
export interface LeafBuilder extends LeafColumn {
  readonly maxDefinition: number;
  levelCount: number;
  valueCount: number;
}

/** How far a page is taken. */
export interface PagePlace {
  level: number;
  value: number;
}

/** Append the next `count` levels of a page, and their values. */
export function appendPage(
  column: LeafBuilder,
  page: LeafPage,
  place: PagePlace,
  count: number,
): void {
  const { definitions, repetitions, values } = page;
  const { level, value } = place;
  const end = level + count;
  const taken =
    count === page.levelCount
      ? page.valueCount
      : countValues(definitions, column.maxDefinition, level, end);
  if (definitions) column.definitions?.set(definitions.subarray(level, end), column.levelCount);
  if (repetitions) column.repetitions?.set(repetitions.subarray(level, end), column.levelCount);
  appendValues(column.values, column.valueCount, values, value, value + taken);
  column.levelCount += count;
  column.valueCount += taken;
  place.level = end;
  place.value += taken;
}
