import type { ArrowField } from './arrow-schema.ts';
import type { SchemaElement } from './file-metadata.ts';
import { fields, type ThriftStruct } from './thrift.ts';

export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

export type IntegerDtype =
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64';

/** What pyarrow takes the values of a leaf for. */
export type ArrowType =
  | { readonly kind: 'null' | 'bool' | 'float16' | 'float32' | 'float64' }
  | { readonly kind: 'text' | 'bytes' | 'date' }
  | { readonly kind: 'integer'; readonly dtype: IntegerDtype }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'time' | 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly isZoned: boolean }
  | { readonly kind: 'category'; readonly isText: boolean };

/** Fields of the union LogicalType. */
const STRING = 1;
const ENUM = 4;
const DECIMAL = 5;
const DATE = 6;
const TIME = 7;
const TIMESTAMP = 8;
const INTEGER = 10;
const UNKNOWN = 11;
const JSON_TEXT = 12;
const FLOAT16 = 15;

/** ConvertedType, the older annotation, by its number; those of integers go by position. */
const CONVERTED_TEXTS = [0, 19];
const CONVERTED_DECIMAL = 5;
const CONVERTED_DATE = 6;
const CONVERTED_TIMES: Record<number, TimeUnit> = { 7: 'ms', 8: 'us' };
const CONVERTED_TIMESTAMPS: Record<number, TimeUnit> = { 9: 'ms', 10: 'us' };
const CONVERTED_INTEGERS: Record<number, IntegerDtype> = {
  11: 'uint8',
  12: 'uint16',
  13: 'uint32',
  14: 'uint64',
  15: 'int8',
  16: 'int16',
  17: 'int32',
  18: 'int64',
};

/**
 * The Arrow type of a leaf, from its annotations, and from Arrow's own schema for a top-level one.
 *
 * @see arrow/cpp/src/parquet/arrow/schema_internal.cc, `GetArrowType`; schema.cc, `ApplyOriginalMetadata`
 */
export function arrowTypeOf(element: SchemaElement, field: ArrowField | undefined): ArrowType {
  const type = parquetType(element);
  if (field?.isDictionary && (type.kind === 'text' || type.kind === 'bytes')) {
    return { kind: 'category', isText: type.kind === 'text' };
  }
  if (field?.durationUnit !== undefined && element.type === 'INT64' && type.kind === 'integer') {
    return { kind: 'duration', unit: field.durationUnit };
  }
  return type;
}

function parquetType(element: SchemaElement): ArrowType {
  const { logicalType } = element;
  if (logicalType?.has(UNKNOWN)) return { kind: 'null' };
  switch (element.type) {
    case 'BOOLEAN':
      return { kind: 'bool' };
    case 'FLOAT':
      return { kind: 'float32' };
    case 'DOUBLE':
      return { kind: 'float64' };
    case 'INT96':
      return { kind: 'timestamp', unit: 'ns', isZoned: false };
    case 'INT32':
    case 'INT64':
      return integerType(element);
    default:
      return bytesType(element);
  }
}

const isDecimal = ({ logicalType, convertedType }: SchemaElement): boolean =>
  logicalType === undefined ? convertedType === CONVERTED_DECIMAL : logicalType.has(DECIMAL);

const decimalType = ({ logicalType, scale }: SchemaElement): ArrowType => {
  const decimal = logicalType && fields.struct(logicalType, DECIMAL);
  return { kind: 'decimal', scale: (decimal && fields.number(decimal, 1)) ?? scale };
};

function bytesType(element: SchemaElement): ArrowType {
  if (isDecimal(element)) return decimalType(element);
  const { logicalType, convertedType = -1, type } = element;
  if (type === 'FIXED_LEN_BYTE_ARRAY') {
    return { kind: logicalType?.has(FLOAT16) ? 'float16' : 'bytes' };
  }
  const isText =
    logicalType === undefined
      ? CONVERTED_TEXTS.includes(convertedType)
      : logicalType.has(STRING) || logicalType.has(JSON_TEXT);
  return { kind: isText && !logicalType?.has(ENUM) ? 'text' : 'bytes' };
}

function integerType(element: SchemaElement): ArrowType {
  if (isDecimal(element)) return decimalType(element);
  const plain: ArrowType = { kind: 'integer', dtype: element.type === 'INT64' ? 'int64' : 'int32' };
  return element.logicalType === undefined
    ? (convertedInteger(element.convertedType ?? -1) ?? plain)
    : (logicalInteger(element.logicalType) ?? plain);
}

function convertedInteger(convertedType: number): ArrowType | undefined {
  if (convertedType === CONVERTED_DATE) return { kind: 'date' };
  const time = CONVERTED_TIMES[convertedType];
  if (time !== undefined) return { kind: 'time', unit: time };
  // The older annotation says "UTC" of every timestamp; pyarrow does not believe it.
  const timestamp = CONVERTED_TIMESTAMPS[convertedType];
  if (timestamp !== undefined) return { kind: 'timestamp', unit: timestamp, isZoned: false };
  const dtype = CONVERTED_INTEGERS[convertedType];
  return dtype === undefined ? undefined : { kind: 'integer', dtype };
}

function logicalInteger(logicalType: ThriftStruct): ArrowType | undefined {
  if (logicalType.has(DATE)) return { kind: 'date' };
  const time = fields.struct(logicalType, TIME);
  if (time !== undefined) return { kind: 'time', unit: timeUnit(time) };
  const timestamp = fields.struct(logicalType, TIMESTAMP);
  if (timestamp !== undefined) {
    const isZoned = fields.boolean(timestamp, 1) ?? false;
    return { kind: 'timestamp', unit: timeUnit(timestamp), isZoned };
  }
  const integer = fields.struct(logicalType, INTEGER);
  if (integer === undefined) return undefined;
  const sign = fields.boolean(integer, 2) === false ? 'u' : '';
  const dtype = `${sign}int${fields.number(integer, 1) ?? 64}`;
  return { kind: 'integer', dtype: dtype as IntegerDtype };
}

function timeUnit(struct: ThriftStruct): TimeUnit {
  const unit = fields.struct(struct, 2);
  if (unit?.has(1)) return 'ms';
  return unit?.has(3) ? 'ns' : 'us';
}
