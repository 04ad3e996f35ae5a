import { badRequest } from '../errors.ts';
import { cellAt, isIntegerDtype } from './cells.ts';
import { isDatetime } from './datetime.ts';
import { isoText } from './iso-text.ts';
import { isPackedNumbers, isPackedRecords, type JsonValue } from './json-value.ts';
import { isNdArray, type NdArray } from './nd-array.ts';
import { numpyText } from './numpy-text.ts';
import type { PyDict, PyValue } from './py-value.ts';
import { pythonFloat } from './python-float.ts';

/** Python gives up there, too. */
const MAX_DEPTH = 1000;

/**
 * Python's `str(value)`: text as it is, arrays as numpy shows them, everything else as `repr` but
 * for dates.
 *
 * @throws {ServingError} BAD_REQUEST for arrays of floats or dates, and for arrays and dates inside
 *   lists, whose text is numpy's and pandas' own
 */
export function pythonStr(value: JsonValue | PyValue): string {
  if (typeof value === 'string') return value;
  if (isDatetime(value)) return isoText(value, ' ');
  return isNdArray(value) ? arrayStr(value) : pythonRepr(value);
}

function arrayStr({ dtype, shape, data }: NdArray): string {
  // numpy shows an array without dimensions as its one cell.
  if (shape.length === 0) return pythonStr(cellAt(dtype, data, 0));
  const isInteger = isIntegerDtype(dtype);
  if (!isInteger && !['bool', 'str', 'bytes', 'object'].includes(dtype)) {
    throw badRequest(`an array of ${dtype} cannot become text; send it as text`);
  }
  return numpyText(shape, (shown) => {
    const words = shown.map((index) => itemRepr(cellAt(dtype, data, index)));
    // Integers and booleans stand in columns.
    const width = isInteger ? Math.max(...words.map(({ length }) => length)) : 0;
    return words.map((word) => word.padStart(dtype === 'bool' ? 5 : width));
  });
}

/** numpy sets lists in an array of objects apart from axes. */
const itemRepr = (item: PyValue): string =>
  Array.isArray(item) ? `list(${pythonRepr(item)})` : pythonRepr(item);

/**
 * Python's `repr(value)`: `None`, `True`, `nan`, `1.0`, `'text'`, `[1, {'a': 2}]`, `b'\x00'`.
 *
 * @throws {ServingError} BAD_REQUEST for arrays and dates, and for lists in more than 1000 lists
 */
export const pythonRepr = (value: JsonValue | PyValue): string => repr(value, 0);

function repr(value: JsonValue | PyValue, depth: number): string {
  switch (typeof value) {
    case 'string':
      return reprString(value);
    case 'number':
      return reprFloat(value);
    case 'bigint':
      return `${value}`;
    case 'boolean':
      return value ? 'True' : 'False';
  }
  if (value === null) return 'None';
  if (value instanceof Uint8Array) return reprBytes(value);
  if (depth > MAX_DEPTH) throw badRequest('a value that is to become text is nested too deeply');
  if (Array.isArray(value)) return `[${value.map((item) => repr(item, depth + 1)).join(', ')}]`;
  if (isPackedNumbers(value) || isPackedRecords(value)) return repr(value.unpack(), depth);
  if (value instanceof Map) return reprDict(value as PyDict, depth);
  const what = isNdArray(value) ? 'an array' : 'a date inside a list';
  throw badRequest(`${what} cannot become text; send it as text`);
}

function reprDict(dict: PyDict, depth: number): string {
  const items = Array.from(dict, ([key, item]) => `${reprString(key)}: ${repr(item, depth + 1)}`);
  return `{${items.join(', ')}}`;
}

function reprFloat(value: number): string {
  if (Number.isFinite(value)) return pythonFloat(value);
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** What Python's `str.isprintable` refuses, and the backslash. */
const ESCAPED = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(ESCAPED, (char) => SHORT_ESCAPES[char] ?? hexEscape(char));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function hexEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function reprBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  // Latin letters beyond ASCII are printable in a str, not in bytes.
  return `b${reprString(text).replace(/[\x80-\xff]/g, (char) => `\\x${hex(char.charCodeAt(0), 2)}`)}`;
}

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');
