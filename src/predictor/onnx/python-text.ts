import { badRequest } from '../../errors.ts';
import { dateFromDays, NS_PER_DAY, NS_PER_SECOND } from '../../model/calendar.ts';
import { cellAt } from '../../model/cells.ts';
import { type Datetime, isDatetime, NAT } from '../../model/datetime.ts';
import { isNdArray, type NdArray } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';

/** Deep enough for any request the parser lets through; Python gives up at 1000. */
const MAX_DEPTH = 500;
/** Everything that Python's `str.isprintable` refuses, and what `repr` escapes besides. */
const ESCAPED = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * Python's `str(value)`: how ORT fills a string tensor from an array of objects.
 *
 * @throws {ServingError} BAD_REQUEST for arrays and for dates inside lists, whose text is numpy's
 *   and pandas' own
 * @see onnxruntime/python/onnxruntime_pybind_mlvalue.cc, `CopyDataToTensor`
 */
export function pythonText(value: PyValue): string {
  if (typeof value === 'string') return value;
  if (isDatetime(value)) return datetimeText(value);
  // numpy shows an array without dimensions as its one cell.
  if (isNdArray(value) && value.shape.length === 0) return pythonText(onlyCell(value));
  return pythonRepr(value, 0);
}

const onlyCell = ({ dtype, data }: NdArray): PyValue => cellAt(dtype, data, 0);

function pythonRepr(value: PyValue, depth: number): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return floatRepr(value);
  if (typeof value === 'string') return stringRepr(value);
  if (value instanceof Uint8Array) return bytesRepr(value);
  if (depth > MAX_DEPTH) throw badRequest('a cell for a text input is nested too deeply');
  if (Array.isArray(value)) {
    return `[${value.map((item) => pythonRepr(item, depth + 1)).join(', ')}]`;
  }
  if (isDatetime(value) || isNdArray(value)) {
    const what = isNdArray(value) ? 'an array' : 'a date inside a list';
    throw badRequest(`${what} cannot be fed to a text input; send it as text`);
  }
  const entries = Array.from(
    value,
    ([key, item]) => `${stringRepr(key)}: ${pythonRepr(item, depth + 1)}`,
  );
  return `{${entries.join(', ')}}`;
}

/** Shortest digits as in JavaScript; an exponent from 1e16 up and below 1e-4, of two digits. */
function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power >= 16) {
    const sign = power < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}

function stringRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(ESCAPED, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x100) return SHORT_ESCAPES[character] ?? `\\x${hex(code, 2)}`;
    return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  });
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

function bytesRepr(bytes: Uint8Array): string {
  const latin = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  const ascii = stringRepr(latin).replace(/[\x80-\xff]/g, (c) => `\\x${hex(c.charCodeAt(0), 2)}`);
  return `b${ascii}`;
}

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

/** `2024-01-31 12:00:00.5+01:00` with as many decimals as pandas and datetime write. */
function datetimeText({ kind, ns, offsetMinutes }: Datetime): string {
  if (ns === NAT) return 'NaT';
  const local = ns + BigInt(offsetMinutes ?? 0) * 60n * NS_PER_SECOND;
  const inDay = ((local % NS_PER_DAY) + NS_PER_DAY) % NS_PER_DAY;
  const time = timeText(inDay) + offsetText(offsetMinutes);
  if (kind === 'time') return time;
  const { year, month, day } = dateFromDays((local - inDay) / NS_PER_DAY);
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return kind === 'date' ? date : `${date} ${time}`;
}

function timeText(ns: bigint): string {
  const seconds = Number(ns / NS_PER_SECOND);
  const fraction = pad(Number(ns % NS_PER_SECOND), 9);
  const clock = [seconds / 3600, (seconds / 60) % 60, seconds % 60];
  const text = clock.map((part) => pad(Math.floor(part), 2)).join(':');
  if (fraction === '000000000') return text;
  return `${text}.${fraction.endsWith('000') ? fraction.slice(0, 6) : fraction}`;
}

function offsetText(minutes: number | undefined): string {
  if (minutes === undefined) return '';
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
