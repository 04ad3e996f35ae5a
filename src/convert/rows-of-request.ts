import {
  isPackedNumbers,
  isPackedRecords,
  type JsonObject,
  type JsonValue,
} from '../model/json-value.ts';
import type { Schema } from '../model/signature.ts';
import type { Cell } from './cell.ts';
import { hasNames, inputNames, isBatched, type ProofRow } from './proof-row.ts';

/**
 * The rows of a request's body, as far as they are understood: its values are those that the model knows.
 *
 * @returns no rows for a body of another kind
 */
export function rowsOfRequest(schema: Schema, body: JsonValue): ProofRow[] {
  const root = plain(body);
  if (!(root instanceof Map)) return [];
  const [key, value] = [...root].find(([name]) => FORMS.has(name)) ?? [];
  const content = value === undefined ? undefined : plain(value);
  switch (key) {
    case 'dataframe_split':
      return content instanceof Map ? rowsOfSplit(schema, content) : [];
    case 'dataframe_records':
      return rowsOfRecords(schema, content);
    case 'instances':
      return hasNames(schema) ? rowsOfRecords(schema, content) : rowsOfList(schema, content);
    case 'inputs':
      return content instanceof Map ? rowsOfLists(schema, content) : rowsOfList(schema, content);
    default:
      return [];
  }
}

const FORMS = new Set(['dataframe_split', 'dataframe_records', 'instances', 'inputs']);

function rowsOfSplit(schema: Schema, split: JsonObject): ProofRow[] {
  const rows = listOf(split.get('data'));
  const labels = listOf(split.get('columns')).map(String);
  const places = inputNames(schema).map((name, index) =>
    labels.length === 0 ? index : labels.indexOf(name),
  );
  return rows.map((row) => {
    const cells = listOf(row);
    return places.map((place) => toCell(cells[place]));
  });
}

function rowsOfRecords(schema: Schema, records: JsonValue | undefined): ProofRow[] {
  const names = inputNames(schema);
  return listOf(records).map((record) => {
    const map = plain(record);
    return names.map((name) => (map instanceof Map ? toCell(map.get(name)) : undefined));
  });
}

function rowsOfLists(schema: Schema, lists: JsonObject): ProofRow[] {
  const values = inputNames(schema).map((name) => lists.get(name));
  if (!isBatched(schema)) return [values.map(toCell)];
  const columns = values.map(listOf);
  return Array.from({ length: Math.max(...columns.map(({ length }) => length)) }, (_, row) =>
    columns.map((column) => toCell(column[row])),
  );
}

function rowsOfList(schema: Schema, list: JsonValue | undefined): ProofRow[] {
  if (!isBatched(schema)) return [[toCell(list)]];
  const rows = listOf(list);
  if (schema.kind === 'tensors') return rows.map((row) => [toCell(row)]);
  return rows.map((row) => listOf(row).map(toCell));
}

const listOf = (value: JsonValue | undefined): JsonValue[] => {
  const tree = value === undefined ? undefined : plain(value);
  return Array.isArray(tree) ? tree : [];
};

const plain = (value: JsonValue): Exclude<JsonValue, { readonly kind: string }> =>
  isPackedNumbers(value) || isPackedRecords(value) ? value.unpack() : value;

function toCell(value: JsonValue | undefined): Cell | undefined {
  if (value === undefined) return undefined;
  const tree = plain(value);
  if (tree instanceof Map) return undefined;
  return Array.isArray(tree) ? tree.map((item) => toCell(item) ?? null) : tree;
}
