import type { Label } from '../../model/frame.ts';
import { corrupt } from './byte-reader.ts';

/** What pandas wrote down about a frame, as far as its columns are concerned. */
export interface PandasMetadata {
  /** Columns of the file that are the frame's index. */
  readonly indexFields: ReadonlySet<string>;
  /** Label of a column by its name in the file; BAD_REQUEST when it is not of the labels' type. */
  readonly labelOf: (field: string) => Label;
  /** pandas' dtype by the column's name in the file: `int64`, `Int64`, `string` … */
  readonly dtypes: ReadonlyMap<string, string>;
  /** Naive timestamps that pandas knows a zone for. */
  readonly zonedFields: ReadonlySet<string>;
}

export const NO_METADATA: PandasMetadata = {
  indexFields: new Set(),
  labelOf: (field) => field,
  dtypes: new Map(),
  zonedFields: new Set(),
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const COLUMN_KEYS = ['name', 'pandas_type', 'numpy_type'];
const RANGE_KEYS = ['kind', 'start', 'stop', 'step', 'name'];

const hasKeys = (value: Json, keys: readonly string[]): value is JsonObject =>
  isObject(value) && keys.every((key) => key in value);

/**
 * Read the file's key `pandas`.
 *
 * @throws {ServingError} BAD_REQUEST when it is not what pandas writes
 * @see pyarrow/pandas_compat.py, `table_to_dataframe`
 */
export function readPandasMetadata(text: string): PandasMetadata {
  const { columns, index_columns: indexColumns, column_indexes: columnIndexes = [] } = parse(text);
  if (![columns, indexColumns, columnIndexes].every(Array.isArray)) throw broken();
  const entries = (columns as Json[]).map((entry) => {
    if (!hasKeys(entry, COLUMN_KEYS)) throw broken();
    return entry;
  });
  const known = new Set(entries.map(fieldName));
  for (const index of indexColumns as Json[]) checkIndex(index, known);
  const names = new Map(entries.map((entry) => [fieldName(entry), entry['name']]));
  const [labelIndex] = columnIndexes as Json[];
  const toLabel = labelReader(isObject(labelIndex) ? labelIndex['pandas_type'] : undefined);
  return {
    indexFields: new Set((indexColumns as Json[]).filter((index) => typeof index === 'string')),
    labelOf: (field) => toLabel(names.has(field) ? (names.get(field) ?? null) : field),
    dtypes: new Map(entries.map((entry) => [fieldName(entry), String(entry['numpy_type'])])),
    zonedFields: new Set(entries.filter(isZoned).map(fieldName)),
  };
}

const broken = () => corrupt("pandas' description of the columns is broken");

function parse(text: string): JsonObject {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // The parser's message would quote the text.
    throw broken();
  }
  if (!isObject(value)) throw broken();
  return value;
}

const fieldName = ({ field_name: field, name }: JsonObject): string => String(field ?? name);

function checkIndex(index: Json, known: ReadonlySet<string>): void {
  const isRange = hasKeys(index, RANGE_KEYS) && index['kind'] === 'range';
  if (!isRange && !(typeof index === 'string' && known.has(index))) throw broken();
}

const isZoned = ({ pandas_type: type, metadata }: JsonObject): boolean =>
  type === 'datetimetz' && isObject(metadata) && Boolean(metadata['timezone']);

/** Labels are written as text; those of a numeric index become numbers again. */
function labelReader(type: Json | undefined): (name: Json) => Label {
  const isInteger = type === 'integer' || /^u?int\d+$/.test(String(type));
  const isFloat = type === 'floating' || /^float\d+$/.test(String(type));
  if (type === 'categorical') throw broken();
  return (name) => {
    if (type === 'bool') return Boolean(name); // Python's bool() of a text
    if (typeof name !== 'string') return name === null ? null : String(name);
    if (isFloat) return Number(name);
    if (!isInteger) return name;
    if (!/^\s*[+-]?\d+\s*$/.test(name)) throw broken();
    return BigInt(name);
  };
}
