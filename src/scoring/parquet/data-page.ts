import {
  type ByteReader,
  corrupt,
  createByteReader,
  readBytes,
  readSizedBytes,
} from './byte-reader.ts';
import { type Decompress, decompressPage } from './decompress-page.ts';
import type { LeafType, LeafValues, PageValues } from './leaf-values.ts';
import { type PageHeader, pageCount } from './page-header.ts';
import {
  type CountBytes,
  PLAIN_DICTIONARY,
  RLE_DICTIONARY,
  readDictionary,
  readDictionaryIndices,
  readPageValues,
} from './page-values.ts';
import { bitWidthOf, readRle } from './rle.ts';
import type { SchemaNode } from './schema-tree.ts';
import { fields, required, type ThriftStruct } from './thrift.ts';

/** A column chunk of one leaf whose pages are being read. */
export interface OpenLeaf {
  readonly node: SchemaNode;
  readonly type: LeafType;
  readonly decompress: Decompress;
  readonly codec: number;
  /** Of the chunk; its page stands before those that refer to it. */
  dictionary: LeafValues | undefined;
}

/**
 * The levels and values of a data page.
 *
 * Shapes: levels are [L], one for each value, null or empty list; those that can only be 0 are left out; values
 *   are [V], the present ones.
 */
export interface LeafPage {
  readonly levelCount: number;
  readonly valueCount: number;
  readonly definitions: Uint8Array | undefined;
  readonly repetitions: Uint8Array | undefined;
  readonly values: PageValues;
}

const LEVELS_RLE = 3;
const BYTES_PER_CELL = 8;

/**
 * Read one page of a leaf.
 *
 * @param stored the page as it lies in the file
 * @param most levels that it may have
 * @returns undefined for what is no data page: a dictionary is kept in `leaf`
 * @throws {ServingError} BAD_REQUEST when the page contradicts its header or the format; what `countBytes` throws
 */
export function readPage(
  header: PageHeader,
  stored: Uint8Array,
  leaf: OpenLeaf,
  most: number,
  countBytes: CountBytes,
): LeafPage | undefined {
  countBytes(header.length);
  switch (header.kind) {
    case 'data':
    case 'data v2': {
      const count = pageCount(header, most);
      const read = header.kind === 'data' ? partsOfPage : partsOfPageV2;
      return pageOf(count, read(header, stored, leaf, count), leaf, countBytes);
    }
    case 'dictionary': {
      const count = pageCount(header, Number.POSITIVE_INFINITY);
      countBytes(count * BYTES_PER_CELL);
      const bytes = decompressPage(stored, leaf.codec, header.length, leaf.decompress);
      leaf.dictionary = readDictionary(bytes, leaf.type, count);
      return undefined;
    }
    case 'other':
      return undefined;
  }
}

interface PageParts extends Pick<LeafPage, 'definitions' | 'repetitions'> {
  readonly encoding: number;
  /** Stands at the values. */
  readonly reader: ByteReader;
}

/** Its levels are compressed with its values. */
function partsOfPage(
  { details, length }: PageHeader,
  stored: Uint8Array,
  { node, codec, decompress }: OpenLeaf,
  count: number,
): PageParts {
  const reader = createByteReader(decompressPage(stored, codec, length, decompress));
  if (node.maxRepetition > 0) checkLevelEncoding(details, 4);
  const repetitions = readLevels(node.maxRepetition, readSizedBytes, reader, count);
  if (node.maxDefinition > 0) checkLevelEncoding(details, 3);
  const definitions = readLevels(node.maxDefinition, readSizedBytes, reader, count);
  const encoding = required(fields.number(details, 2), 'an encoding');
  return { repetitions, definitions, encoding, reader };
}

/** Bit-packed levels were given up long ago; no writer of today makes them. */
function checkLevelEncoding(details: ThriftStruct, field: number): void {
  if (fields.number(details, field) !== LEVELS_RLE)
    throw corrupt('levels have an unknown encoding');
}

/** Of the second version: its levels are never compressed. */
function partsOfPageV2(
  { details, length }: PageHeader,
  stored: Uint8Array,
  leaf: OpenLeaf,
  count: number,
): PageParts {
  const { maxRepetition, maxDefinition } = leaf.node;
  const definitionBytes = required(fields.number(details, 5), 'the size of levels');
  const repetitionBytes = required(fields.number(details, 6), 'the size of levels');
  const levels = createByteReader(stored);
  const take = (size: number) => (reader: ByteReader) => readBytes(reader, size);
  const repetitions = readLevels(maxRepetition, take(repetitionBytes), levels, count);
  levels.position = Math.max(0, repetitionBytes);
  const definitions = readLevels(maxDefinition, take(definitionBytes), levels, count);
  const levelBytes = repetitionBytes + definitionBytes;
  const values = stored.subarray(levelBytes);
  const isCompressed = fields.boolean(details, 7) ?? true;
  const codec = isCompressed && values.length > 0 ? leaf.codec : 0;
  const reader = createByteReader(
    decompressPage(values, codec, length - levelBytes, leaf.decompress),
  );
  const encoding = required(fields.number(details, 4), 'an encoding');
  return { repetitions, definitions, encoding, reader };
}

function readLevels(
  max: number,
  take: (reader: ByteReader) => Uint8Array,
  reader: ByteReader,
  count: number,
): Uint8Array | undefined {
  if (max === 0) return undefined;
  const levels = new Uint8Array(count);
  readRle(createByteReader(take(reader)), bitWidthOf(max), levels, count);
  for (let i = 0; i < count; i++) {
    if ((levels[i] as number) > max) throw corrupt('a level is higher than the schema allows');
  }
  return levels;
}

/** How many of the levels [from, to) have a value. */
export function countValues(
  definitions: Uint8Array | undefined,
  max: number,
  from: number,
  to: number,
): number {
  if (definitions === undefined) return to - from;
  let count = 0;
  for (let i = from; i < to; i++) if (definitions[i] === max) count++;
  return count;
}

function pageOf(
  count: number,
  { encoding, reader, ...levels }: PageParts,
  leaf: OpenLeaf,
  countBytes: CountBytes,
): LeafPage {
  const valueCount = countValues(levels.definitions, leaf.node.maxDefinition, 0, count);
  const page = { ...levels, levelCount: count, valueCount };
  if (valueCount === 0) return { ...page, values: { kind: 'values', values: [] } };
  const isInDictionary = encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY;
  const values = isInDictionary
    ? readIndices(reader, leaf.dictionary, valueCount)
    : readPageValues(reader, encoding, leaf.type, valueCount, countBytes);
  return { ...page, values };
}

function readIndices(
  reader: ByteReader,
  dictionary: LeafValues | undefined,
  count: number,
): PageValues {
  if (dictionary === undefined) throw corrupt('a column has no dictionary but refers to it');
  const indices = readDictionaryIndices(reader, count);
  for (let i = 0; i < indices.length; i++) {
    if ((indices[i] as number) >= dictionary.length) {
      throw corrupt('a value is not in the dictionary of its column');
    }
  }
  return { kind: 'indices', indices, dictionary };
}
