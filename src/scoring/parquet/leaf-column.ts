import { corrupt, createByteReader, readBytes } from './byte-reader.ts';
import { type LeafBuilder, pageCount, readDataPage, readDataPageV2 } from './data-page.ts';
import { type Decompress, decompressPage } from './decompress-page.ts';
import type { ColumnChunk } from './file-metadata.ts';
import { createLeafValues, type LeafType, type LeafValues } from './leaf-values.ts';
import { type CountBytes, readDictionary } from './page-values.ts';
import type { SchemaNode } from './schema-tree.ts';
import { fields, readStruct, required, type ThriftStruct } from './thrift.ts';

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

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const DATA_PAGE_V2 = 3;
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
  const builder: LeafBuilder = {
    node,
    type,
    values: createLeafValues(type.physical, total),
    definitions: node.maxDefinition > 0 ? new Uint8Array(total) : undefined,
    repetitions: node.maxRepetition > 0 ? new Uint8Array(total) : undefined,
    countBytes,
    decompress,
    levelCount: 0,
    valueCount: 0,
    dictionary: undefined,
    codec: 0,
  };
  for (const chunk of chunks) readChunk(file, chunk, builder);
  return builder;
}

function readChunk(file: Uint8Array, chunk: ColumnChunk, builder: LeafBuilder): void {
  const reader = createByteReader(file, chunk.start);
  const end = builder.levelCount + chunk.valueCount;
  builder.dictionary = undefined;
  builder.codec = chunk.codec;
  while (builder.levelCount < end) {
    const header = readStruct(reader);
    const length = required(fields.number(header, 2), 'the length of a page');
    const stored = readBytes(reader, required(fields.number(header, 3), 'the size of a page'));
    if (length < 0) throw corrupt('the length of a page is negative');
    builder.countBytes(length);
    const type = fields.number(header, 1);
    if (type === DICTIONARY_PAGE) readDictionaryPage(header, stored, length, builder);
    else if (type === DATA_PAGE) readDataPage(header, stored, length, builder, end);
    else if (type === DATA_PAGE_V2) readDataPageV2(header, stored, length, builder, end);
  }
}

function readDictionaryPage(
  header: ThriftStruct,
  stored: Uint8Array,
  length: number,
  builder: LeafBuilder,
): void {
  const page = required(fields.struct(header, 7), 'the header of a dictionary');
  const count = pageCount(page, Number.POSITIVE_INFINITY);
  builder.countBytes(count * BYTES_PER_CELL);
  const bytes = decompressPage(stored, builder.codec, length, builder.decompress);
  builder.dictionary = readDictionary(bytes, builder.type, count);
}
