import type { JsonValue } from '../model/json-value.ts';
import type { ColSpec, ScalarType, Schema } from '../model/signature.ts';
import type { Cell } from './cell.ts';
import { type ProofRow, UNNAMED_TENSOR } from './proof-row.ts';
import { rowsOfRequest } from './rows-of-request.ts';

/**
 * What a model without a signature takes, judged by its input example: columns of a frame, or one tensor.
 *
 * @returns undefined for an example that does not show it
 */
export function schemaOfExample(body: JsonValue): Schema | undefined {
  if (!(body instanceof Map)) return undefined;
  const split = body.get('dataframe_split');
  if (split instanceof Map) {
    const labels = split.get('columns');
    if (!Array.isArray(labels)) return undefined;
    const names = labels.map(String);
    const named: Schema = { kind: 'columns', inputs: names.map((name) => column(name, [])) };
    const rows = rowsOfRequest(named, body);
    return { kind: 'columns', inputs: names.map((name, i) => column(name, cellsAt(rows, i))) };
  }
  const [row] = rowsOfRequest(UNNAMED_TENSOR, body);
  const cell = row?.[0];
  if (cell === undefined || cell === null) return undefined;
  const [leaf, shape] = shapeOf(cell);
  const dtype = typeof leaf === 'bigint' ? 'int64' : typeof leaf === 'number' ? 'float64' : 'str';
  return { kind: 'tensors', inputs: [{ name: undefined, dtype, shape: [-1, ...shape] }] };
}

const cellsAt = (rows: readonly ProofRow[], index: number): Cell[] =>
  rows.flatMap((row) => row[index] ?? []);

const column = (name: string, cells: readonly Cell[]): ColSpec => ({
  name,
  type: typeOf(cells),
  required: true,
});

function typeOf(cells: readonly Cell[]): ScalarType {
  const kinds = new Set(cells.map((cell) => typeof cell));
  if (kinds.has('string')) return 'string';
  if (kinds.has('number')) return 'double';
  return kinds.has('bigint') ? 'long' : kinds.has('boolean') ? 'boolean' : 'double';
}

function shapeOf(cell: Cell): [leaf: Cell, shape: number[]] {
  if (!Array.isArray(cell) || cell.length === 0) return [cell, []];
  const [leaf, shape] = shapeOf(cell[0]);
  return [leaf, [cell.length, ...shape]];
}
