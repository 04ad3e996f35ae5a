import { END_DATE_NS, FIRST_DATE_NS, NS_PER_DAY } from '../../model/calendar.ts';
import type { Datetime } from '../../model/datetime.ts';
import type { PyValue } from '../../model/py-value.ts';
import { NS_PER_UNIT } from '../../model/time-units.ts';
import type { ArrowType } from './arrow-type.ts';
import { corrupt } from './byte-reader.ts';
import type { SchemaElement } from './file-metadata.ts';
import type { LeafType } from './leaf-values.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How to read the values of a leaf of an Arrow type. */
export function leafTypeOf(element: SchemaElement, type: ArrowType): LeafType {
  return {
    physical: element.type ?? 'INT32',
    length: element.typeLength,
    fromBytes: bytesDecoder(element, type),
  };
}

function bytesDecoder(element: SchemaElement, type: ArrowType): LeafType['fromBytes'] {
  switch (type.kind) {
    case 'text':
      return decodeText;
    case 'category':
      return type.isText ? decodeText : (bytes) => bytes;
    case 'decimal':
      return signedInteger;
    case 'float16':
      if (element.typeLength !== 2) throw corrupt('halves take two bytes');
      return half;
    default:
      return (bytes) => bytes;
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    // Nothing is lost: the decoder knows only that it failed.
    throw corrupt('a text is not UTF-8');
  }
}

/** A big-endian integer in two's complement. */
function signedInteger(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  return BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`));
}

/**
 * A decimal as the nearest float64.
 *
 * pandas keeps `Decimal` objects. Nothing but a cast to `double` can be done with them here, and
 * that gives this number.
 */
const decimalNumber = (unscaled: bigint, scale: number): number => Number(`${unscaled}e${-scale}`);

const half = ({ buffer, byteOffset }: Uint8Array): number =>
  new DataView(buffer, byteOffset).getFloat16(0, true);

/**
 * A stored value as the Python object pandas puts into a cell of an object column.
 *
 * @throws {ServingError} BAD_REQUEST for dates and times that Python cannot hold
 */
export function toCell(type: ArrowType, value: PyValue): PyValue {
  switch (type.kind) {
    case 'bool':
      return value === 1;
    case 'integer':
      return unsigned(type.dtype, BigInt(value as number | bigint));
    case 'decimal':
      return decimalNumber(BigInt(value as number | bigint), type.scale);
    case 'date':
      return dateCell(Number(value));
    case 'time':
      return timeCell(BigInt(value as number | bigint) * NS_PER_UNIT[type.unit]);
    case 'timestamp':
      return { kind: 'timestamp', ns: BigInt(value as bigint) * NS_PER_UNIT[type.unit] };
    default:
      return value;
  }
}

const unsigned = (dtype: string, value: bigint): bigint =>
  dtype.startsWith('u') ? BigInt.asUintN(Number(dtype.slice(4)), value) : value;

function dateCell(day: number): Datetime {
  const ns = BigInt(day) * NS_PER_DAY;
  if (ns < FIRST_DATE_NS || ns >= END_DATE_NS) {
    throw corrupt('a date is outside the years 1 to 9999');
  }
  return { kind: 'date', ns };
}

function timeCell(ns: bigint): Datetime {
  if (ns < 0n || ns >= NS_PER_DAY) throw corrupt('a time is outside of a day');
  if (ns % NS_PER_UNIT.us !== 0n) throw corrupt('a time is finer than a microsecond');
  return { kind: 'time', ns };
}
