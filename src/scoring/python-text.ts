import { isDatetime } from '../model/datetime.ts';
import { isPackedNumbers, isPackedRecords, type JsonValue } from '../model/json-value.ts';
import { isNdArray } from '../model/nd-array.ts';
import type { PyValue } from '../model/py-value.ts';
import { isoText } from './iso-text.ts';

/** Python's `repr` writes a float without exponent from 1e-4 up to, not including, 1e16. */
const MIN_PLAIN = 1e-4;
const MAX_PLAIN = 1e16;

/**
 * A float as Python's json module writes it: `1.0`, `1e-05`, `1e+16`, `-0.0`, `NaN`, `Infinity`.
 *
 * The digits are JavaScript's: both languages print the shortest text that reads back the same.
 * @see CPython, Objects/floatobject.c, `float_repr`
 */
export function pythonFloat(value: number): string {
  const size = Math.abs(value);
  if (size >= MIN_PLAIN && size < MAX_PLAIN) {
    return Number.isInteger(value) ? `${value}.0` : `${value}`;
  }
  return unusualFloat(value);
}

function unusualFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (!Number.isFinite(value)) return `${value}`;
  const text = value.toExponential();
  // Two digits of exponent at least: `1e-5` is Python's `1e-05`.
  return text.at(-2) === '-' || text.at(-2) === '+' ? `${text.slice(0, -1)}0${text.at(-1)}` : text;
}

/** Anything but the characters that JSON text may hold as they are: DEL and beyond are escaped too. */
const NEEDS_ESCAPE = /[^ !#-[\]-~]/;
const ALL_TO_ESCAPE = /[^ !#-[\]-~]/g;

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A string in JSON as Python's `json.dumps` writes it, ASCII only. */
export const jsonString = (text: string): string =>
  NEEDS_ESCAPE.test(text) ? `"${text.replace(ALL_TO_ESCAPE, escapeUnit)}"` : `"${text}"`;

const escapeUnit = (unit: string): string =>
  SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Python's `str(value)`: text as it is, everything else as `repr` but for dates. */
export function pythonStr(value: JsonValue | PyValue): string {
  if (typeof value === 'string') return value;
  if (isDatetime(value)) return isoText(value, ' ');
  return pythonRepr(value);
}

/**
 * Python's `repr(value)`: `None`, `True`, `nan`, `1.0`, `'text'`, `[1, {'a': 2}]`, `b'\x00'`.
 *
 * @throws {Error} for an ndarray or a date: nothing in the protocol prints one inside a list
 */
export function pythonRepr(value: JsonValue | PyValue): string {
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
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (value instanceof Uint8Array) return reprBytes(value);
  if (isPackedNumbers(value) || isPackedRecords(value)) return pythonRepr(value.unpack());
  if (value instanceof Map) {
    const items = [...value].map(([key, item]) => `${reprString(key)}: ${pythonRepr(item)}`);
    return `{${items.join(', ')}}`;
  }
  throw new Error(`${isNdArray(value) ? 'an ndarray' : 'a date'} inside a list has no text`);
}

const reprFloat = (value: number): string =>
  Number.isFinite(value)
    ? pythonFloat(value)
    : Number.isNaN(value)
      ? 'nan'
      : value > 0
        ? 'inf'
        : '-inf';

/** What Python's `str.isprintable` refuses, and the backslash. */
const UNPRINTABLE = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

const REPR_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, (char) => REPR_ESCAPES[char] ?? hexEscape(char));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function hexEscape(char: string): string {
  const code = char.codePointAt(0)!;
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function reprBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  // Latin letters beyond ASCII are printable in a str, not in bytes.
  return `b${reprString(text).replace(/[\x80-\xff]/g, (char) => `\\x${hex(char.charCodeAt(0), 2)}`)}`;
}

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');
