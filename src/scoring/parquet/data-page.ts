import {
  type ByteReader,
  corrupt,
  createByteReader,
  readBytes,
  readSizedBytes,
} from './byte-reader.ts';
import { type Decompress, decompressPage } from './decompress-page.ts';
import { appendValues, type LeafType, type LeafValues, lookUpValues } from './leaf-values.ts';
import {
  type CountBytes,
  PLAIN_DICTIONARY,
  RLE_DICTIONARY,
  readDictionaryIndices,
  readPageValues,
} from './page-values.ts';
import { bitWidthOf, readRle } from './rle.ts';
import type { SchemaNode } from './schema-tree.ts';
import { fields, required, type ThriftStruct } from './thrift.ts';

/** A leaf under construction, and the chunk that is being read. */
export interface LeafBuilder {
  readonly node: SchemaNode;
  readonly type: LeafType;
  readonly values: LeafValues;
  readonly definitions: Uint8Array | undefined;
  readonly repetitions: Uint8Array | undefined;
  readonly countBytes: CountBytes;
  readonly decompress: Decompress;
  levelCount: number;
  valueCount: number;
  dictionary: LeafValues | undefined;
  codec: number;
}

const LEVELS_RLE = 3;

/**
 * Append a data page, whose levels are compressed with its values.
 *
 * @param end how many levels the leaf may have behind this chunk
 * @throws {ServingError} BAD_REQUEST when the page contradicts its header or the format
 */
export function readDataPage(
  header: ThriftStruct,
  stored: Uint8Array,
  length: number,
  builder: LeafBuilder,
  end: number,
): void {
  const page = required(fields.struct(header, 5), 'the header of a page');
  const count = pageCount(page, end - builder.levelCount);
  const reader = createByteReader(
    decompressPage(stored, builder.codec, length, builder.decompress),
  );
  if (builder.repetitions !== undefined) checkLevelEncoding(page, 4);
  readLevels(
    builder.repetitions,
    builder.node.maxRepetition,
    readSizedBytes,
    reader,
    count,
    builder,
  );
  if (builder.definitions !== undefined) checkLevelEncoding(page, 3);
  const present = readLevels(
    builder.definitions,
    builder.node.maxDefinition,
    readSizedBytes,
    reader,
    count,
    builder,
  );
  readValues(reader, required(fields.number(page, 2), 'an encoding'), count, present, builder);
}

/** Bit-packed levels were given up long ago; no writer of today makes them. */
function checkLevelEncoding(page: ThriftStruct, field: number): void {
  if (fields.number(page, field) !== LEVELS_RLE) throw corrupt('levels have an unknown encoding');
}

/** Append a data page of the second version, whose levels are never compressed. */
export function readDataPageV2(
  header: ThriftStruct,
  stored: Uint8Array,
  length: number,
  builder: LeafBuilder,
  end: number,
): void {
  const page = required(fields.struct(header, 8), 'the header of a page');
  const count = pageCount(page, end - builder.levelCount);
  const definitionBytes = required(fields.number(page, 5), 'the size of levels');
  const repetitionBytes = required(fields.number(page, 6), 'the size of levels');
  const levels = createByteReader(stored);
  const { maxRepetition, maxDefinition } = builder.node;
  const take = (size: number) => (reader: ByteReader) => readBytes(reader, size);
  readLevels(builder.repetitions, maxRepetition, take(repetitionBytes), levels, count, builder);
  levels.position = Math.max(0, repetitionBytes);
  const present = readLevels(
    builder.definitions,
    maxDefinition,
    take(definitionBytes),
    levels,
    count,
    builder,
  );
  const levelBytes = repetitionBytes + definitionBytes;
  const values = stored.subarray(levelBytes);
  const isCompressed = fields.boolean(page, 7) ?? true;
  const codec = isCompressed && values.length > 0 ? builder.codec : 0;
  const reader = createByteReader(
    decompressPage(values, codec, length - levelBytes, builder.decompress),
  );
  readValues(reader, required(fields.number(page, 4), 'an encoding'), count, present, builder);
}

/** How many levels a page has. */
export function pageCount(page: ThriftStruct, most: number): number {
  const count = required(fields.number(page, 1), 'the number of values of a page');
  if (count < 0 || count > most) throw corrupt('a page has more values than its column');
  return count;
}

/**
 * Read the levels of a page into their place.
 *
 * @returns how many of them are the highest, which is the number of values if they are definitions
 */
function readLevels(
  levels: Uint8Array | undefined,
  max: number,
  take: (reader: ByteReader) => Uint8Array,
  reader: ByteReader,
  count: number,
  { levelCount }: LeafBuilder,
): number {
  if (levels === undefined) return count;
  const page = levels.subarray(levelCount, levelCount + count);
  readRle(createByteReader(take(reader)), bitWidthOf(max), page, count);
  let highest = 0;
  for (let i = 0; i < count; i++) {
    const level = page[i] as number;
    if (level === max) highest++;
    else if (level > max) throw corrupt('a level is higher than the schema allows');
  }
  return highest;
}

function readValues(
  reader: ByteReader,
  encoding: number,
  count: number,
  present: number,
  builder: LeafBuilder,
): void {
  const { type, dictionary, countBytes } = builder;
  if (present > 0) {
    let page: LeafValues;
    if (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY) {
      if (dictionary === undefined) throw corrupt('a column has no dictionary but refers to it');
      page = lookUpValues(dictionary, readDictionaryIndices(reader, present), type.physical);
    } else page = readPageValues(reader, encoding, type, present, countBytes);
    appendValues(builder.values, builder.valueCount, page);
  }
  builder.valueCount += present;
  builder.levelCount += count;
}
