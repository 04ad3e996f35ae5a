import {
  type ByteReader,
  corrupt,
  createByteReader,
  readByte,
  readBytes,
  readVarint,
} from './byte-reader.ts';

/**
 * Decompress a block of Snappy into exactly `length` bytes.
 *
 * @throws {ServingError} BAD_REQUEST when it is none, or has another length
 * @see https://github.com/google/snappy/blob/main/format_description.txt
 */
export function decompressSnappy(input: Uint8Array, length: number): Uint8Array {
  const reader = createByteReader(input);
  if (readVarint(reader) !== length) throw corrupt('a page is not as long as its header says');
  const output = new Uint8Array(length);
  let written = 0;
  while (reader.position < input.length) {
    const tag = input[reader.position++] as number;
    if ((tag & 3) === 0) {
      const literal = readBytes(reader, literalLength(reader, tag >> 2));
      if (written + literal.length > length) throw corrupt('a page is longer than its header says');
      output.set(literal, written);
      written += literal.length;
    } else {
      const isShort = (tag & 3) === 1;
      const matchLength = isShort ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      const high = isShort ? (tag >> 5) * 256 : 0;
      const offset = high + readLittleEndian(reader, OFFSET_BYTES[tag & 3] as number);
      written = copyMatch(output, written, offset, matchLength);
    }
  }
  if (written !== length) throw corrupt('a page is shorter than its header says');
  return output;
}

/** Bytes of an offset by kind of copy. */
const OFFSET_BYTES = [0, 1, 2, 4];
const MAX_SHORT_LITERAL = 60;

const literalLength = (reader: ByteReader, code: number): number =>
  1 + (code < MAX_SHORT_LITERAL ? code : readLittleEndian(reader, code - MAX_SHORT_LITERAL + 1));

function readLittleEndian(reader: ByteReader, bytes: number): number {
  let value = 0;
  for (let scale = 1, i = 0; i < bytes; i++, scale *= 256) value += readByte(reader) * scale;
  return value;
}

/** Below this length a loop is faster than a call. */
const SHORT_MATCH = 32;

/**
 * Repeat `length` bytes from `offset` back; a match may overlap what it writes.
 *
 * @returns the new end of what is written
 */
export function copyMatch(
  output: Uint8Array,
  written: number,
  offset: number,
  length: number,
): number {
  const end = written + length;
  if (offset === 0 || offset > written || end > output.length) {
    throw corrupt('a compressed page refers to bytes outside of it');
  }
  if (offset >= length && length > SHORT_MATCH)
    output.copyWithin(written, written - offset, written - offset + length);
  else for (let at = written; at < end; at++) output[at] = output[at - offset] as number;
  return end;
}
