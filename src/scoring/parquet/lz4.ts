import { corrupt, createByteReader, readByte, readBytes } from './byte-reader.ts';
import { copyMatch } from './snappy.ts';

const MIN_MATCH = 4;
const LONG = 15;

/**
 * Decompress a raw block of LZ4 into exactly `length` bytes.
 *
 * @throws {ServingError} BAD_REQUEST when it is none, or has another length
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function decompressLz4(input: Uint8Array, length: number): Uint8Array {
  const reader = createByteReader(input);
  const output = new Uint8Array(length);
  let written = 0;
  while (reader.position < input.length) {
    const token = readByte(reader);
    const literal = readBytes(
      reader,
      extend(token >> 4, () => readByte(reader)),
    );
    if (written + literal.length > length) throw corrupt('a page is longer than its header says');
    output.set(literal, written);
    written += literal.length;
    if (reader.position === input.length) break; // the last sequence is a literal only
    const offset = readByte(reader) + readByte(reader) * 256;
    const matchLength = extend(token & 15, () => readByte(reader)) + MIN_MATCH;
    written = copyMatch(output, written, offset, matchLength);
  }
  if (written !== length) throw corrupt('a page is shorter than its header says');
  return output;
}

function extend(short: number, nextByte: () => number): number {
  let length = short;
  if (short === LONG) {
    let byte: number;
    do {
      byte = nextByte();
      length += byte;
    } while (byte === 255);
  }
  return length;
}

const HADOOP_HEADER_BYTES = 8;

/**
 * Decompress the older framing of LZ4 in Parquet: blocks, each behind two big-endian lengths.
 *
 * Some writers leave the framing out, so a page that does not fit it is read as a raw block.
 */
export function decompressHadoopLz4(input: Uint8Array, length: number): Uint8Array {
  const { view } = createByteReader(input);
  const parts: Uint8Array[] = [];
  let at = 0;
  let left = length;
  while (left > 0) {
    if (at + HADOOP_HEADER_BYTES > input.length) return decompressLz4(input, length);
    const size = view.getUint32(at);
    const compressed = view.getUint32(at + 4);
    at += HADOOP_HEADER_BYTES;
    if (size === 0 || size > left || at + compressed > input.length) {
      return decompressLz4(input, length);
    }
    parts.push(decompressLz4(input.subarray(at, at + compressed), size));
    at += compressed;
    left -= size;
  }
  return Buffer.concat(parts);
}
