import { ServingError } from '../../errors.ts';
import {
  type ByteReader,
  corrupt,
  readByte,
  readBytes,
  readVarint,
  readZigzagNumber,
} from './byte-reader.ts';

export type ThriftValue = boolean | number | Uint8Array | ThriftValue[] | ThriftStruct;

/** Field number → value. */
export type ThriftStruct = Map<number, ThriftValue>;

const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const INT8 = 3;
const INT16 = 4;
const INT32 = 5;
const INT64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

/** Structures of a Parquet file nest less than ten deep. */
const MAX_DEPTH = 32;

/**
 * An empty struct is one byte in the file and some hundred in memory. A table of 10,000 columns
 * in one row group has a third of this many values in its metadata.
 */
const MAX_VALUES = 1_000_000;

/**
 * Read a struct in Thrift's compact protocol; integers of 64 bits become JS numbers.
 *
 * Costs no more than a constant for each byte, whatever the bytes are.
 *
 * @throws {ServingError} BAD_REQUEST when the bytes are no such struct; REQUEST_TOO_LARGE when it
 *   has a million values
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function readStruct(reader: ByteReader): ThriftStruct {
  return readNested(reader, 0, { valueCount: 0 });
}

/** Counts the values of one structure and all inside of it. */
interface Tally {
  valueCount: number;
}

function readNested(reader: ByteReader, depth: number, tally: Tally): ThriftStruct {
  checkDepth(depth);
  const struct: ThriftStruct = new Map();
  let field = 0;
  for (;;) {
    const header = readByte(reader);
    const type = header & 0x0f;
    if (type === STOP) return struct;
    const step = header >> 4;
    field = step > 0 ? field + step : readZigzagNumber(reader);
    if (type === TRUE || type === FALSE) {
      countValue(tally);
      struct.set(field, type === TRUE);
    } else struct.set(field, readElement(reader, type, depth, tally));
  }
}

function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw corrupt(`structures nest more than ${MAX_DEPTH} deep`);
}

function countValue(tally: Tally): void {
  if (++tally.valueCount <= MAX_VALUES) return;
  throw new ServingError(
    'REQUEST_TOO_LARGE',
    `parquet body: more than ${MAX_VALUES} values in the metadata, which is the limit`,
  );
}

function readElement(reader: ByteReader, type: number, depth: number, tally: Tally): ThriftValue {
  countValue(tally);
  switch (type) {
    case TRUE:
    case FALSE:
      return readByte(reader) === TRUE;
    case INT8:
      return (readByte(reader) << 24) >> 24;
    case INT16:
    case INT32:
    case INT64:
      return readZigzagNumber(reader);
    case DOUBLE:
      readBytes(reader, 8);
      return reader.view.getFloat64(reader.position - 8, true);
    case BINARY:
      return readBytes(reader, readVarint(reader));
    case LIST:
    case SET:
      return readList(reader, depth + 1, tally);
    case STRUCT:
      return readNested(reader, depth + 1, tally);
    default:
      throw corrupt(`a structure has a field of the unknown type ${type}`);
  }
}

function readList(reader: ByteReader, depth: number, tally: Tally): ThriftValue[] {
  checkDepth(depth);
  const header = readByte(reader);
  const type = header & 0x0f;
  const length = header >> 4 === 15 ? readVarint(reader) : header >> 4;
  // Every element takes a byte or more.
  if (length > reader.bytes.length - reader.position)
    throw corrupt('a list is longer than the file');
  const list: ThriftValue[] = [];
  for (let i = 0; i < length; i++) list.push(readElement(reader, type, depth, tally));
  return list;
}

const utf8 = new TextDecoder();

/** Typed views of a struct's fields; `undefined` when absent, BAD_REQUEST when of another type. */
export const fields = {
  number: (struct: ThriftStruct, field: number): number | undefined =>
    expectType(struct.get(field), (value) => typeof value === 'number'),
  boolean: (struct: ThriftStruct, field: number): boolean | undefined =>
    expectType(struct.get(field), (value) => typeof value === 'boolean'),
  text: (struct: ThriftStruct, field: number): string | undefined => {
    const bytes = expectType(struct.get(field), (value) => value instanceof Uint8Array);
    return bytes === undefined ? undefined : utf8.decode(bytes);
  },
  struct: (struct: ThriftStruct, field: number): ThriftStruct | undefined =>
    expectType(struct.get(field), (value) => value instanceof Map),
  structs: (struct: ThriftStruct, field: number): ThriftStruct[] => {
    const list = expectType(struct.get(field), (value) => Array.isArray(value)) ?? [];
    return list.map((item) => expectType(item, (value) => value instanceof Map) as ThriftStruct);
  },
};

function expectType<T extends ThriftValue>(
  value: ThriftValue | undefined,
  isExpected: (value: ThriftValue) => value is T,
): T | undefined {
  if (value === undefined || isExpected(value)) return value;
  throw corrupt('a structure has a field of another type than the format says');
}

/** A field the format requires. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw corrupt(`${what} is missing`);
  return value;
}
