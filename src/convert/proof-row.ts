import type { Schema } from '../model/signature.ts';
import type { Cell } from './cell.ts';

/** One row for the model: a cell for each input of the schema, in its order; undefined where the column is left out. */
export type ProofRow = readonly (Cell | undefined)[];

/** What inputs are called in requests: columns without names are counted. */
export const inputNames = ({ inputs }: Schema): string[] =>
  inputs.map(({ name }, index) => name ?? `${index}`);

/** MLflow allows names for all inputs or for none. */
export const hasNames = ({ inputs }: Schema): boolean => inputs[0]?.name !== undefined;

/** Whether a request can have any number of rows; else the tensors of one request are taken for one row. */
export const isBatched = (schema: Schema): boolean =>
  schema.kind === 'columns' || schema.inputs.every(({ shape }) => shape[0] === -1);

/** The row for people: `{"age": 3.0, "city": "Bern"}`. */
export type ShownRow = Readonly<Record<string, Cell>>;

export function showRow(schema: Schema, row: ProofRow): ShownRow {
  const names = inputNames(schema);
  const entries = names.flatMap((name, index) => {
    const cell = row[index];
    return cell === undefined ? [] : [[name, cell] as const];
  });
  return Object.fromEntries(entries);
}

/** Lists of anything. */
export const UNNAMED_TENSOR: Schema = {
  kind: 'tensors',
  inputs: [{ name: undefined, dtype: 'float64', shape: [-1] }],
};
