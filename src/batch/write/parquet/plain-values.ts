import type { Dtype, Storage } from '../../../model/dtype.ts';

const MS_PER_COUNT: Partial<Record<Dtype, bigint>> = {
  'datetime64[D]': 86_400_000n,
  'datetime64[s]': 1000n,
};

/** Values in the encoding PLAIN: little-endian numbers, bits, or texts with their lengths in front. */
export function plainValues(dtype: Dtype, data: Storage): Uint8Array {
  switch (dtype) {
    case 'bool':
      return packedBits(data as Uint8Array);
    case 'str':
      return withLengths((data as string[]).map((text) => Buffer.from(text)));
    case 'bytes':
      return withLengths(data as Uint8Array[]);
    case 'int8':
    case 'int16':
    case 'uint8':
    case 'uint16':
      return bytesOf(Int32Array.from(data as Int8Array));
    case 'datetime64[D]':
    case 'datetime64[s]': {
      const factor = MS_PER_COUNT[dtype] ?? 1n;
      return bytesOf((data as BigInt64Array).map((count) => count * factor));
    }
    default:
      return bytesOf(data as Float64Array);
  }
}

/** All machines that Node runs on are little-endian but one, which no cloud function has. */
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function packedBits(cells: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(cells.length / 8));
  for (let at = 0; at < cells.length; at++) {
    if (cells[at] === 1) bits[at >> 3] = (bits[at >> 3] as number) | (1 << (at & 7));
  }
  return bits;
}

function withLengths(values: readonly Uint8Array[]): Uint8Array {
  const total = values.reduce((sum, { length }) => sum + 4 + length, 0);
  const out = Buffer.allocUnsafe(total);
  let at = 0;
  for (const value of values) {
    at = out.writeUInt32LE(value.length, at);
    out.set(value, at);
    at += value.length;
  }
  return out;
}
