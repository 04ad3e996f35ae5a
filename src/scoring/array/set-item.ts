import { isDatetimeDtype, isFloatDtype, isIntegerDtype } from '../../model/cells.ts';
import { NAT } from '../../model/datetime.ts';
import type { Dtype } from '../../model/dtype.ts';
import { parseIsoDatetime } from '../../model/iso-datetime.ts';
import { pythonFloatOf, pythonInt } from '../../model/number-text.ts';
import type { PyValue } from '../../model/py-value.ts';
import { pythonStr } from '../../model/python-text.ts';
import { nsPerUnit } from '../../model/time-units.ts';
import { CastError } from '../cast-error.ts';
import { isTruthy } from '../python/is-truthy.ts';
import { intRange } from './int-range.ts';

/** What a cell of some dtype is stored as. */
export type StoredCell = number | bigint | string | Uint8Array | PyValue;

/**
 * How numpy stores one Python object in an array of a dtype: `array[i] = value`.
 *
 * Stricter than a cast between arrays: integers out of range are refused, not wrapped.
 *
 * @throws {CastError} from the returned function when numpy raises
 * @see numpy/_core/src/multiarray/arraytypes.c.src, `setitem`
 */
export function setItem(dtype: Dtype, nowMs?: number): (value: PyValue) => StoredCell {
  if (dtype === 'object') return (value) => value;
  if (dtype === 'bool') return (value) => Number(isTruthy(value));
  if (dtype === 'str') return (value) => withoutTrailingNul(textOf(value));
  if (dtype === 'bytes') return asciiBytes;
  if (isFloatDtype(dtype)) return toFloat;
  if (isIntegerDtype(dtype)) return integerItem(dtype);
  if (isDatetimeDtype(dtype)) return datetimeItem(dtype, nowMs);
  throw new CastError(`a dtype that JSON can be cast to, which ${dtype} is not`);
}

function integerItem(dtype: Dtype): (value: PyValue) => StoredCell {
  const { min, max } = intRange(dtype);
  const isBig = dtype.endsWith('64');
  return (value) => {
    const integer = toInteger(value);
    if (integer < min || integer > max) throw new CastError(`an integer that fits ${dtype}`);
    return isBig ? integer : Number(integer);
  };
}

/** Python's `int(value)`. */
export function toInteger(value: PyValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  const parsed = typeof value === 'string' ? pythonInt(value) : undefined;
  if (parsed !== undefined) return parsed;
  throw new CastError('an integer, or text that holds one');
}

/** Python's `float(value)`, where None is NaN. */
function toFloat(value: PyValue): number {
  if (typeof value === 'number') return value;
  if (value === null) return Number.NaN;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return bigToFloat(value);
  const parsed = typeof value === 'string' ? pythonFloatOf(value) : undefined;
  if (parsed !== undefined) return parsed;
  throw new CastError('a number, or text that holds one');
}

function bigToFloat(value: bigint): number {
  const float = Number(value);
  if (Number.isFinite(float)) return float;
  throw new CastError('an integer small enough for a float');
}

/** numpy's fixed-width text ends at its last character that is not NUL. */
const withoutTrailingNul = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return end === text.length ? text : text.slice(0, end);
};

/** numpy reads bytes as ASCII text; anything else is `str(value)`. */
function textOf(value: PyValue): string {
  if (!(value instanceof Uint8Array)) return pythonStr(value);
  if (value.some((byte) => byte > 127)) throw new CastError('ASCII text');
  return Buffer.from(value).toString('latin1');
}

function asciiBytes(value: PyValue): Uint8Array {
  if (value instanceof Uint8Array) return value.slice(0, value.findLastIndex(Boolean) + 1);
  const text = withoutTrailingNul(pythonStr(value));
  return Uint8Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code > 127) throw new CastError('ASCII text');
    return code;
  });
}

function datetimeItem(dtype: Dtype, nowMs: number | undefined): (value: PyValue) => bigint {
  const perUnit = nsPerUnit(dtype) ?? 1n;
  return (value) => {
    if (value === null) return NAT;
    if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
    if (typeof value === 'boolean') return value ? 1n : 0n;
    const parsed = typeof value === 'string' ? parseIsoDatetime(value, nowMs) : undefined;
    if (parsed === undefined) throw new CastError('an ISO 8601 date, or an integer');
    return parsed.ns === NAT ? NAT : inUnit(parsed.exactNs, perUnit);
  };
}

/** Whole units, rounded down, in C's wrapping 64-bit arithmetic. */
const inUnit = (ns: bigint, perUnit: bigint): bigint =>
  BigInt.asIntN(64, (ns - (((ns % perUnit) + perUnit) % perUnit)) / perUnit);
