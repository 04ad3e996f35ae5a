import { isDatetime } from '../../model/datetime.ts';
import { isFrame } from '../../model/frame.ts';
import { isoText } from '../../model/iso-text.ts';
import { isNdArray, type NdArray } from '../../model/nd-array.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import { pythonFloat } from '../../model/python-float.ts';
import { encodeArray } from './encode-array.ts';
import { encodeBytes } from './encode-bytes.ts';
import { jsonString } from './json-string.ts';
import { notSerialisable } from './not-serialisable.ts';

/**
 * Write a Python object as `json.dumps(value, cls=NumpyEncoder)` does.
 *
 * @throws {ServingError} INTERNAL_ERROR for a frame, or an array of what JSON does not know
 */
export function encodeValue(value: PyValue): string {
  switch (typeof value) {
    case 'number':
      return pythonFloat(value);
    case 'bigint':
    case 'boolean':
      return `${value}`;
    case 'string':
      return jsonString(value);
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(encodeValue).join(', ')}]`;
  if (value instanceof Map) return encodeDict(value);
  if (isNdArray(value)) return encodeNestedArray(value);
  if (value instanceof Uint8Array) return encodeBytes(value);
  if (isDatetime(value)) return `"${isoText(value)}"`;
  throw notSerialisable(isFrame(value) ? 'a DataFrame inside a list or dict' : 'an unknown object');
}

function encodeDict(dict: PyDict): string {
  let text = '';
  for (const [key, value] of dict) {
    text += `${text === '' ? '' : ', '}${jsonString(key)}: ${encodeValue(value)}`;
  }
  return `{${text}}`;
}

/**
 * An array inside a list or dict.
 *
 * MLflow walks over an object array there without asking for its rank: a 0-d one is taken apart
 * as if its only cell were a list, and fails when it is none.
 */
function encodeNestedArray(array: NdArray): string {
  if (array.dtype !== 'object' || array.shape.length > 0) return encodeArray(array, encodeValue);
  const cell = array.data[0] ?? null;
  if (isNdArray(cell) && cell.shape.length > 0) return encodeArray(cell, encodeValue);
  return encodeValue(entriesOf(cell));
}

function entriesOf(cell: PyValue): PyValue[] {
  if (typeof cell === 'string') return Array.from(cell);
  if (cell instanceof Uint8Array) return Array.from(cell, BigInt);
  if (cell instanceof Map) return [...cell.keys()];
  if (Array.isArray(cell)) return cell;
  throw notSerialisable('a 0-dimensional array of one object inside a list or dict');
}
