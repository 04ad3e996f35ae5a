import { type ByteReader, corrupt, readByte, readBytes, readVarint } from './byte-reader.ts';

/** Bits of the widest level or dictionary index. */
const MAX_BIT_WIDTH = 32;

/** Minimum bits needed to store a level up to `max`. */
export const bitWidthOf = (max: number): number => MAX_BIT_WIDTH - Math.clz32(max);

/**
 * Read `count` numbers in the hybrid of run lengths and bit packing into the start of `output`.
 *
 * A run that is longer than what is wanted is cut, so time and memory depend on `count` only.
 *
 * @throws {ServingError} BAD_REQUEST when the bytes end before `count` numbers
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
export function readRle(
  reader: ByteReader,
  bitWidth: number,
  output: Uint8Array | Uint16Array | Uint32Array,
  count: number,
): void {
  if (bitWidth > MAX_BIT_WIDTH) throw corrupt('a number is wider than 32 bits');
  let done = 0;
  while (done < count) {
    const header = readVarint(reader);
    if (header % 2 === 1) {
      const groups = (header - 1) / 2;
      if (groups === 0) throw corrupt('a run of packed numbers is empty');
      const wanted = Math.min(groups * 8, count - done);
      // The last group may be cut short by some writers; only what is wanted must be there.
      const stored = Math.min(groups * bitWidth, reader.bytes.length - reader.position);
      unpackBits(readBytes(reader, stored), bitWidth, output, done, wanted);
      done += wanted;
    } else {
      const length = header / 2;
      if (length === 0) throw corrupt('a run of equal numbers is empty');
      let value = 0;
      for (let shift = 0; shift < bitWidth; shift += 8) value += readByte(reader) * 2 ** shift;
      const wanted = Math.min(length, count - done);
      output.fill(value, done, done + wanted);
      done += wanted;
    }
  }
}

function unpackBits(
  packed: Uint8Array,
  bitWidth: number,
  output: Uint8Array | Uint16Array | Uint32Array,
  from: number,
  count: number,
): void {
  if (count * bitWidth > packed.length * 8) throw corrupt('a run of packed numbers is cut off');
  if (bitWidth > MAX_FAST_WIDTH) {
    unpackWideBits(packed, bitWidth, output, from, count);
    return;
  }
  const mask = 2 ** bitWidth - 1;
  let position = 0;
  let held = 0;
  let heldBits = 0;
  for (let i = from; i < from + count; i++) {
    while (heldBits < bitWidth) {
      held |= (packed[position++] as number) << heldBits;
      heldBits += 8;
    }
    output[i] = held & mask;
    held >>>= bitWidth;
    heldBits -= bitWidth;
  }
}

/** Up to this width, 32 bits have room for a number and the byte behind it. */
const MAX_FAST_WIDTH = 24;

function unpackWideBits(
  packed: Uint8Array,
  bitWidth: number,
  output: Uint8Array | Uint16Array | Uint32Array,
  from: number,
  count: number,
): void {
  let position = 0;
  let held = 0;
  let heldBits = 0;
  const range = 2 ** bitWidth;
  for (let i = from; i < from + count; i++) {
    // Up to 39 bits are held, which a double keeps exactly.
    while (heldBits < bitWidth) {
      held += (packed[position++] as number) * 2 ** heldBits;
      heldBits += 8;
    }
    const rest = Math.floor(held / range);
    output[i] = held - rest * range;
    held = rest;
    heldBits -= bitWidth;
  }
}
