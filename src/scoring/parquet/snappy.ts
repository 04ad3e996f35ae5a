import { corrupt, createByteReader, readBytes, readVarint } from './byte-reader.ts';

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
      const literal = readBytes(
        reader,
        literalLength(tag >> 2, () => readBytes(reader, 1)[0] as number),
      );
      if (written + literal.length > length) throw corrupt('a page is longer than its header says');
      output.set(literal, written);
      written += literal.length;
    } else {
      written = copyBack(tag, readBytes(reader, COPY_BYTES[tag & 3] as number), output, written);
    }
  }
  if (written !== length) throw corrupt('a page is shorter than its header says');
  return output;
}

/** Bytes of an offset by kind of copy. */
const COPY_BYTES = [0, 1, 2, 4];
const MAX_SHORT_LITERAL = 60;

function literalLength(code: number, nextByte: () => number): number {
  if (code < MAX_SHORT_LITERAL) return code + 1;
  let length = 1;
  for (let scale = 1, left = code - MAX_SHORT_LITERAL + 1; left > 0; left--, scale *= 256) {
    length += nextByte() * scale;
  }
  return length;
}

function copyBack(tag: number, bytes: Uint8Array, output: Uint8Array, written: number): number {
  const isShort = (tag & 3) === 1;
  const length = isShort ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
  let offset = isShort ? (tag >> 5) * 256 : 0;
  for (const [i, byte] of bytes.entries()) offset += byte * 256 ** i;
  return copyMatch(output, written, offset, length);
}

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
  if (offset >= length) output.copyWithin(written, written - offset, written - offset + length);
  else for (let at = written; at < end; at++) output[at] = output[at - offset] as number;
  return end;
}
