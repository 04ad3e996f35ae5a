import { type ByteReader, corrupt, readBytes, readVarint, readZigzag } from './byte-reader.ts';

/** Miniblocks of a block and values of a miniblock stay below this in any sane file. */
const MAX_BLOCK_VALUES = 2 ** 20;

/**
 * Read `count` integers of the encoding DELTA_BINARY_PACKED; they wrap at 64 bits.
 *
 * The reader ends behind the last miniblock, unused values of it included.
 *
 * @throws {ServingError} BAD_REQUEST when the bytes are cut off or announce another number
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTAENC
 */
export function readDeltas(reader: ByteReader, count: number): BigInt64Array {
  const blockSize = readVarint(reader);
  const miniblocks = readVarint(reader);
  const total = readVarint(reader);
  const first = readZigzag(reader);
  const size = blockSize / miniblocks;
  if (!Number.isInteger(size) || size % 8 !== 0 || blockSize > MAX_BLOCK_VALUES || total < count) {
    throw corrupt('a page of differences has a bad header');
  }
  const values = new BigInt64Array(count);
  if (count === 0) return values;
  values[0] = first;
  for (let at = 1; at < count; ) {
    const minDelta = readZigzag(reader);
    const widths = readBytes(reader, miniblocks);
    for (let i = 0; i < miniblocks && at < count; i++) {
      const width = widths[i] as number;
      if (width > 64) throw corrupt('a difference is wider than 64 bits');
      const packed = readBytes(
        reader,
        Math.min((size / 8) * width, reader.bytes.length - reader.position),
      );
      const wanted = Math.min(size, count - at);
      addDeltas(packed, width, minDelta, values, at, wanted);
      at += wanted;
    }
  }
  return values;
}

function addDeltas(
  packed: Uint8Array,
  width: number,
  minDelta: bigint,
  values: BigInt64Array,
  from: number,
  count: number,
): void {
  if (count * width > packed.length * 8) throw corrupt('a page of differences is cut off');
  let value = values[from - 1] as bigint;
  for (let i = 0; i < count; i++) {
    value = BigInt.asIntN(64, value + minDelta + bitsAt(packed, i * width, width));
    values[from + i] = value;
  }
}

function bitsAt(packed: Uint8Array, firstBit: number, width: number): bigint {
  let value = 0n;
  let taken = 0;
  while (taken < width) {
    const bit = firstBit + taken;
    const offset = bit % 8;
    const bits = Math.min(8 - offset, width - taken);
    const part = ((packed[(bit - offset) / 8] as number) >> offset) & (2 ** bits - 1);
    value |= BigInt(part) << BigInt(taken);
    taken += bits;
  }
  return value;
}
