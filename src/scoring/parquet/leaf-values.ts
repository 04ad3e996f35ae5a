import type { PyValue } from '../../model/py-value.ts';
import type { PhysicalType } from './file-metadata.ts';

/**
 * Values of one leaf as the file stores them, nulls left out; texts and bytes are already decoded.
 *
 * BOOLEAN is 0/1; INT96 is nanoseconds since 1970.
 */
export type LeafValues =
  | Uint8Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | PyValue[];

/** How a leaf's values are stored, and what to make of values that are bytes. */
export interface LeafType {
  readonly physical: PhysicalType;
  /** Bytes of a value of FIXED_LEN_BYTE_ARRAY. */
  readonly length: number;
  readonly fromBytes: (bytes: Uint8Array) => PyValue;
}

export function createLeafValues(type: PhysicalType, count: number): LeafValues {
  switch (type) {
    case 'BOOLEAN':
      return new Uint8Array(count);
    case 'INT32':
      return new Int32Array(count);
    case 'INT64':
    case 'INT96':
      return new BigInt64Array(count);
    case 'FLOAT':
      return new Float32Array(count);
    case 'DOUBLE':
      return new Float64Array(count);
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return [];
  }
}

/** Places in a dictionary, as narrow as they can be. */
export type DictionaryIndices = Uint8Array | Uint16Array | Uint32Array;

/**
 * The values of one page.
 *
 * Shapes: [V]; `bytes` is [V × width] of the physical type, little-endian as the format and the machines that run this.
 */
export type PageValues =
  | { readonly kind: 'values'; readonly values: LeafValues }
  | { readonly kind: 'numbers'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'indices';
      readonly indices: DictionaryIndices;
      readonly dictionary: LeafValues;
    };

/** Append values [from, to) of a page to the `at` values that `target` holds. */
export function appendValues(
  target: LeafValues,
  at: number,
  page: PageValues,
  from: number,
  to: number,
): void {
  if (from >= to) return;
  if (page.kind === 'indices') appendFromDictionary(target, at, page, from, to);
  else if (page.kind === 'numbers') setBytes(target as Float64Array, at, page.bytes, from, to);
  else if (Array.isArray(target)) {
    const values = page.values as PyValue[];
    for (let i = from; i < to; i++) target.push(values[i] as PyValue);
  } else target.set((page.values as Float64Array).subarray(from, to) as never, at);
}

function appendFromDictionary(
  target: LeafValues,
  at: number,
  { indices, dictionary }: PageValues & { kind: 'indices' },
  from: number,
  to: number,
): void {
  if (Array.isArray(target)) {
    for (let i = from; i < to; i++) target.push(dictionary[indices[i] as number] as PyValue);
    return;
  }
  const values = target as Float64Array;
  const numbers = dictionary as Float64Array;
  for (let i = from; i < to; i++) values[at + i - from] = numbers[indices[i] as number] as number;
}

/** Numbers in a page are not aligned: they are copied as bytes. */
function setBytes(
  { buffer, byteOffset, BYTES_PER_ELEMENT: width }: Float64Array,
  at: number,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  const place = new Uint8Array(buffer, byteOffset + at * width, (to - from) * width);
  place.set(bytes.subarray(from * width, to * width));
}
