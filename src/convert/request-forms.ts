import type { Schema } from '../model/signature.ts';
import { type Cell, cellCsv, cellJson, csvText } from './cell.ts';
import { hasNames, inputNames, isBatched, type ProofRow } from './proof-row.ts';

/** MLflow's ways to send rows. */
export type RequestForm = 'dataframe_split' | 'dataframe_records' | 'inputs' | 'instances' | 'csv';

/** A body for `/invocations`. */
export interface ProofRequest {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** The forms in which a client can send rows of this schema; the first is the one to take for many rows. */
export function formsOf(schema: Schema): readonly [RequestForm, ...RequestForm[]] {
  if (schema.kind === 'tensors') return isBatched(schema) ? ['inputs', 'instances'] : ['inputs'];
  return hasNames(schema)
    ? ['dataframe_split', 'dataframe_records', 'inputs', 'instances', 'csv']
    : ['dataframe_split', 'inputs', 'instances', 'csv'];
}

/** Write rows as a request body. Rows of one request leave the same columns out. */
export function encodeRequest(
  schema: Schema,
  form: RequestForm,
  rows: readonly ProofRow[],
): ProofRequest {
  if (form === 'csv') return { contentType: 'text/csv', body: csvOf(schema, rows) };
  return { contentType: 'application/json', body: `{"${form}":${contentOf(schema, form, rows)}}` };
}

function contentOf(
  schema: Schema,
  form: Exclude<RequestForm, 'csv'>,
  rows: readonly ProofRow[],
): string {
  const used = usedInputs(schema, rows);
  const isNamed = hasNames(schema);
  switch (form) {
    case 'dataframe_split': {
      const columns = `"columns":[${used.map(({ name }) => JSON.stringify(name)).join(',')}],`;
      return `{${isNamed ? columns : ''}"data":${listOfRows(used, rows)}}`;
    }
    case 'dataframe_records':
      return listOfRecords(used, rows);
    case 'instances':
      if (isNamed) return listOfRecords(used, rows);
      return schema.kind === 'tensors' ? listOfFirst(rows) : listOfRows(used, rows);
    case 'inputs':
      if (!isBatched(schema)) return wholeTensors(used, rows, isNamed);
      if (isNamed) return listsByName(used, rows);
      return schema.kind === 'tensors' ? listOfFirst(rows) : listOfRows(used, rows);
  }
}

interface UsedInput {
  readonly name: string;
  readonly index: number;
}

const usedInputs = (schema: Schema, rows: readonly ProofRow[]): UsedInput[] =>
  inputNames(schema)
    .map((name, index) => ({ name, index }))
    .filter(({ index }) => rows.length === 0 || rows[0]?.[index] !== undefined);

const at = (row: ProofRow, { index }: UsedInput): Cell => row[index] ?? null;

const listOfRows = (used: readonly UsedInput[], rows: readonly ProofRow[]): string =>
  `[${rows.map((row) => `[${used.map((input) => cellJson(at(row, input))).join(',')}]`).join(',')}]`;

const listOfRecords = (used: readonly UsedInput[], rows: readonly ProofRow[]): string => {
  const keys = used.map(({ name }) => JSON.stringify(name));
  const record = (row: ProofRow): string =>
    `{${used.map((input, i) => `${keys[i]}:${cellJson(at(row, input))}`).join(',')}}`;
  return `[${rows.map(record).join(',')}]`;
};

const listsByName = (used: readonly UsedInput[], rows: readonly ProofRow[]): string => {
  const lists = used.map(
    (input) =>
      `${JSON.stringify(input.name)}:[${rows.map((row) => cellJson(at(row, input))).join(',')}]`,
  );
  return `{${lists.join(',')}}`;
};

/** Tensors of a fixed size are one row each. */
function wholeTensors(
  used: readonly UsedInput[],
  [row = []]: readonly ProofRow[],
  isNamed: boolean,
): string {
  if (!isNamed) return cellJson(row[0] ?? null);
  const values = used.map((input) => `${JSON.stringify(input.name)}:${cellJson(at(row, input))}`);
  return `{${values.join(',')}}`;
}

const listOfFirst = (rows: readonly ProofRow[]): string =>
  `[${rows.map(([cell]) => cellJson(cell ?? null)).join(',')}]`;

function csvOf(schema: Schema, rows: readonly ProofRow[]): string {
  const used = usedInputs(schema, rows);
  const header = used.map(({ name }) => csvText(name)).join(',');
  const lines = rows.map((row) => used.map((input) => cellCsv(at(row, input))).join(','));
  return `${[header, ...lines].join('\n')}\n`;
}
