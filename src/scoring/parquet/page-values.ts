import { NS_PER_DAY } from '../../model/calendar.ts';
import type { PyValue } from '../../model/py-value.ts';
import {
  type ByteReader,
  corrupt,
  createByteReader,
  readBytes,
  readSizedBytes,
} from './byte-reader.ts';
import { readDeltas } from './delta.ts';
import type { PhysicalType } from './file-metadata.ts';
import {
  createLeafValues,
  type DictionaryIndices,
  type LeafType,
  type LeafValues,
  type PageValues,
} from './leaf-values.ts';
import { readRle } from './rle.ts';

/** Encodings of values by their number in the format. */
const PLAIN = 0;
export const PLAIN_DICTIONARY = 2;
const RLE = 3;
const DELTA_BINARY_PACKED = 5;
const DELTA_LENGTH_BYTE_ARRAY = 6;
const DELTA_BYTE_ARRAY = 7;
export const RLE_DICTIONARY = 8;
const BYTE_STREAM_SPLIT = 9;

/** Takes note of bytes that decoding makes, and throws when they are too many. */
export type CountBytes = (bytes: number) => void;

/**
 * Read the `count` values of a page that are not in a dictionary.
 *
 * @throws {ServingError} BAD_REQUEST when they are cut off or the encoding is unknown
 */
export function readPageValues(
  reader: ByteReader,
  encoding: number,
  type: LeafType,
  count: number,
  countBytes: CountBytes,
): PageValues {
  const width = NUMBER_WIDTHS[type.physical];
  if (encoding === PLAIN && width !== undefined) {
    return { kind: 'numbers', bytes: readBytes(reader, count * width) };
  }
  return { kind: 'values', values: readValues(reader, encoding, type, count, countBytes) };
}

function readValues(
  reader: ByteReader,
  encoding: number,
  type: LeafType,
  count: number,
  countBytes: CountBytes,
): LeafValues {
  switch (encoding) {
    case PLAIN:
      return readPlain(reader, type, count);
    case RLE:
      return readRleBooleans(reader, type, count);
    case DELTA_BINARY_PACKED:
      return readDeltaIntegers(reader, type, count);
    case DELTA_LENGTH_BYTE_ARRAY:
      return readDeltaLengths(reader, type, count);
    case DELTA_BYTE_ARRAY:
      return readDeltaTexts(reader, type, count, countBytes);
    case BYTE_STREAM_SPLIT:
      return readSplitStreams(reader, type, count);
    default:
      throw corrupt(`the encoding ${encoding} is not supported`);
  }
}

/** Of numbers that lie in a page as they lie in memory. */
const NUMBER_WIDTHS: { readonly [T in PhysicalType]?: number } = {
  INT32: 4,
  INT64: 8,
  FLOAT: 4,
  DOUBLE: 8,
};
const WIDTHS = { INT32: 4, INT64: 8, INT96: 12, FLOAT: 4, DOUBLE: 8 } as const;

function readPlain(reader: ByteReader, type: LeafType, count: number): LeafValues {
  switch (type.physical) {
    case 'BOOLEAN': {
      const values = new Uint8Array(count);
      const packed = readBytes(reader, Math.ceil(count / 8));
      for (let i = 0; i < count; i++) values[i] = ((packed[i >> 3] as number) >> (i & 7)) & 1;
      return values;
    }
    case 'BYTE_ARRAY':
      return Array.from({ length: checkCount(reader, count, 4) }, () =>
        type.fromBytes(readSizedBytes(reader)),
      );
    case 'FIXED_LEN_BYTE_ARRAY':
      return Array.from({ length: checkCount(reader, count, type.length) }, () =>
        type.fromBytes(readBytes(reader, type.length)),
      );
    case 'INT96':
      return int96Nanoseconds(readBytes(reader, count * WIDTHS.INT96), count);
    default:
      return numbersFrom(readBytes(reader, count * WIDTHS[type.physical]), type);
  }
}

/** Refuse a count the page is too short for, before anything is allocated for it. */
function checkCount(reader: ByteReader, count: number, minBytes: number): number {
  if (count * minBytes > reader.bytes.length - reader.position) {
    throw corrupt('a page has fewer values than its header says');
  }
  return count;
}

/** Copies, because pages are not aligned. Machines that run this are little-endian, as the format. */
function numbersFrom(bytes: Uint8Array, { physical }: LeafType): LeafValues {
  const { buffer } = new Uint8Array(bytes);
  switch (physical) {
    case 'INT32':
      return new Int32Array(buffer);
    case 'INT64':
      return new BigInt64Array(buffer);
    case 'FLOAT':
      return new Float32Array(buffer);
    case 'DOUBLE':
      return new Float64Array(buffer);
    default:
      throw corrupt(`values of the type ${physical} have an encoding for numbers`);
  }
}

const JULIAN_DAY_OF_1970 = 2_440_588n;

function int96Nanoseconds(bytes: Uint8Array, count: number): BigInt64Array {
  const { view } = createByteReader(bytes);
  const values = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    const day = BigInt(view.getInt32(i * 12 + 8, true)) - JULIAN_DAY_OF_1970;
    values[i] = BigInt.asIntN(64, day * NS_PER_DAY + view.getBigInt64(i * 12, true));
  }
  return values;
}

function readRleBooleans(reader: ByteReader, type: LeafType, count: number): LeafValues {
  if (type.physical !== 'BOOLEAN') throw corrupt('only booleans can be run lengths');
  const values = new Uint8Array(count);
  readRle(createByteReader(readSizedBytes(reader)), 1, values, count);
  return values;
}

function readDeltaIntegers(reader: ByteReader, { physical }: LeafType, count: number): LeafValues {
  const values = readDeltas(reader, count);
  if (physical === 'INT64') return values;
  if (physical === 'INT32')
    return Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value)));
  throw corrupt(`values of the type ${physical} are stored as differences`);
}

/** Lengths of texts: small, never negative. */
function readLengths(reader: ByteReader, count: number): number[] {
  return Array.from(readDeltas(reader, count), (length) => {
    if (length < 0n) throw corrupt('a length is negative');
    return Number(length);
  });
}

function readDeltaLengths(reader: ByteReader, type: LeafType, count: number): LeafValues {
  return readLengths(reader, count).map((length) => type.fromBytes(readBytes(reader, length)));
}

function readDeltaTexts(
  reader: ByteReader,
  type: LeafType,
  count: number,
  countBytes: CountBytes,
): LeafValues {
  const shared = readLengths(reader, count);
  const lengths = readLengths(reader, count);
  let before = new Uint8Array();
  const values: PyValue[] = [];
  for (const [i, length] of lengths.entries()) {
    const prefix = shared[i] as number;
    if (prefix > before.length) throw corrupt('a value shares more than the value before it has');
    const suffix = readBytes(reader, length);
    countBytes(prefix + length);
    const bytes = new Uint8Array(prefix + length);
    bytes.set(before.subarray(0, prefix));
    bytes.set(suffix, prefix);
    values.push(type.fromBytes(bytes));
    before = bytes;
  }
  return values;
}

/** Byte b of all values stands before byte b + 1 of all values. */
function readSplitStreams(reader: ByteReader, type: LeafType, count: number): LeafValues {
  const { physical } = type;
  const isFixed = physical === 'FIXED_LEN_BYTE_ARRAY';
  if (physical === 'BOOLEAN' || physical === 'BYTE_ARRAY' || physical === 'INT96') {
    throw corrupt(`values of the type ${physical} are stored as split streams`);
  }
  const width = isFixed ? type.length : WIDTHS[physical];
  const split = readBytes(reader, count * width);
  const bytes = new Uint8Array(split.length);
  for (let b = 0; b < width; b++) {
    for (let i = 0; i < count; i++) bytes[i * width + b] = split[b * count + i] as number;
  }
  if (!isFixed) return numbersFrom(bytes, type);
  const joined = createByteReader(bytes);
  return Array.from({ length: count }, () => type.fromBytes(readBytes(joined, width)));
}

/** Indices into the dictionary, one for each value. */
export function readDictionaryIndices(reader: ByteReader, count: number): DictionaryIndices {
  const bitWidth = readBytes(reader, 1)[0] as number;
  const indices = createIndices(bitWidth, count);
  readRle(reader, bitWidth, indices, count);
  return indices;
}

function createIndices(bitWidth: number, count: number): DictionaryIndices {
  if (bitWidth <= 8) return new Uint8Array(count);
  return bitWidth <= 16 ? new Uint16Array(count) : new Uint32Array(count);
}

/** The values of a dictionary page, which is always plain. */
export const readDictionary = (page: Uint8Array, type: LeafType, count: number): LeafValues =>
  count === 0 ? createLeafValues(type.physical, 0) : readPlain(createByteReader(page), type, count);
