import type { Label } from '../../model/frame.ts';
import { corrupt } from './byte-reader.ts';

/** Row labels that are counted and not stored. */
export interface LabelRange {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** One level of the frame's index: a column of the file, or a range. */
export type IndexLevel = string | LabelRange;

/** What pandas wrote down about a frame. */
export interface PandasMetadata {
  readonly indexLevels: readonly IndexLevel[];
  /** Label of a column by its name in the file; BAD_REQUEST when it is not of the labels' type. */
  readonly labelOf: (field: string) => Label;
  /** pandas' dtype by the column's name in the file: `int64`, `Int64`, `string` … */
  readonly dtypes: ReadonlyMap<string, string>;
  /** Naive timestamps that pandas knows a zone for. */
  readonly zonedFields: ReadonlySet<string>;
}

export const NO_METADATA: PandasMetadata = {
  indexLevels: [],
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
  const names = new Map(entries.map((entry) => [fieldName(entry), entry['name']]));
  const [labelIndex] = columnIndexes as Json[];
  const toLabel = labelReader(isObject(labelIndex) ? labelIndex['pandas_type'] : undefined);
  return {
    indexLevels: readIndexLevels(indexColumns as Json[], known),
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

function readIndexLevels(indexes: Json[], known: ReadonlySet<string>): IndexLevel[] {
  if (new Set(indexes).size < indexes.length) throw broken();
  return indexes.map((index) => {
    if (typeof index === 'string' && known.has(index)) return index;
    if (hasKeys(index, RANGE_KEYS) && index['kind'] === 'range') return labelRange(index);
    throw broken();
  });
}

/** pandas' `RangeIndex(start, stop, step)`, which counts from 0 when `stop` is left out. */
function labelRange({ start, stop, step }: JsonObject): LabelRange {
  const by = integer(step, 1);
  if (by === 0 || (isMissing(start) && isMissing(stop) && isMissing(step))) throw broken();
  const [from, to] = isMissing(stop)
    ? [0, integer(start, 0)]
    : [integer(start, 0), integer(stop, 0)];
  return { start: from, step: by, length: Math.max(0, Math.ceil((to - from) / by)) };
}

const isMissing = (value: Json | undefined): boolean => value === null || value === undefined;

function integer(value: Json | undefined, missing: number): number {
  if (isMissing(value)) return missing;
  if (!Number.isInteger(value)) throw broken();
  return value as number;
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
