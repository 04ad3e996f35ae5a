import { badRequest, type ServingError } from '../../errors.ts';

/** Bytes and a reading position; every read is checked against the end. */
export interface ByteReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  position: number;
}

export const createByteReader = (bytes: Uint8Array, position = 0): ByteReader => ({
  bytes,
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  position,
});

/** The file contradicts itself or the format. */
export const corrupt = (what: string): ServingError => badRequest(`parquet body: ${what}`);

export function readByte(reader: ByteReader): number {
  const byte = reader.bytes[reader.position++];
  if (byte === undefined) throw corrupt('the file ends in the middle of a structure');
  return byte;
}

/** The next `length` bytes, not copied. */
export function readBytes(reader: ByteReader, length: number): Uint8Array {
  const start = reader.position;
  if (!(length >= 0) || start + length > reader.bytes.length) {
    throw corrupt('a length reaches beyond the end of its page or of the file');
  }
  reader.position = start + length;
  return reader.bytes.subarray(start, start + length);
}

/** A 4-byte little-endian length and as many bytes. */
export function readSizedBytes(reader: ByteReader): Uint8Array {
  const header = readBytes(reader, 4);
  const length =
    (header[0] as number) +
    (header[1] as number) * 2 ** 8 +
    (header[2] as number) * 2 ** 16 +
    (header[3] as number) * 2 ** 24;
  return readBytes(reader, length);
}

/** An unsigned LEB128 number of at most 32 bits. */
export function readVarint(reader: ByteReader): number {
  let value = 0;
  for (let shift = 1; shift <= 2 ** 28; shift *= 2 ** 7) {
    const byte = readByte(reader);
    value += (byte & 0x7f) * shift;
    if (byte < 0x80) return value;
  }
  throw corrupt('a number takes more bytes than 32 bits need');
}

const MAX_SHIFT_64 = 63n;

/** An unsigned LEB128 number of at most 64 bits; further bits are dropped. */
function readLongVarint(reader: ByteReader): bigint {
  let value = 0n;
  for (let shift = 0n; shift <= MAX_SHIFT_64; shift += 7n) {
    const byte = readByte(reader);
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asUintN(64, value);
  }
  throw corrupt('a number takes more bytes than 64 bits need');
}

/** A zigzag number of 64 bits as a JS number: exact up to 2^53. */
export function readZigzagNumber(reader: ByteReader): number {
  const first = reader.bytes[reader.position] ?? 0x80;
  if (first >= 0x80) return Number(readZigzag(reader));
  reader.position++;
  return (first >> 1) ^ -(first & 1);
}

/** A zigzag number of 64 bits. */
export function readZigzag(reader: ByteReader): bigint {
  const value = readLongVarint(reader);
  return (value >> 1n) ^ -(value & 1n);
}
