import type { PyValue } from '../../model/py-value.ts';
import { corrupt } from './byte-reader.ts';
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

/** Append the values of a page; `at` counts the values that `target` holds. */
export function appendValues(target: LeafValues, at: number, page: LeafValues): void {
  if (Array.isArray(target)) {
    for (const value of page as PyValue[]) target.push(value);
  } else target.set(page as never, at);
}

/**
 * Look up values by their index in a dictionary page.
 *
 * @throws {ServingError} BAD_REQUEST when an index is beyond the dictionary
 */
export function lookUpValues(
  dictionary: LeafValues,
  indices: Uint32Array,
  type: PhysicalType,
): LeafValues {
  for (let i = 0; i < indices.length; i++) {
    if ((indices[i] as number) >= dictionary.length) {
      throw corrupt('a value is not in the dictionary of its column');
    }
  }
  if (Array.isArray(dictionary)) {
    const values = new Array<PyValue>(indices.length);
    for (let i = 0; i < indices.length; i++)
      values[i] = dictionary[indices[i] as number] as PyValue;
    return values;
  }
  const values = createLeafValues(type, indices.length) as Float64Array;
  const numbers = dictionary as Float64Array;
  for (let i = 0; i < indices.length; i++) values[i] = numbers[indices[i] as number] as number;
  return values;
}
