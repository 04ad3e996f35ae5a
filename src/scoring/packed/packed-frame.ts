import type { Dtype } from '../../model/dtype.ts';
import { type Column, type Frame, frame, type Label } from '../../model/frame.ts';
import {
  isPackedNumbers,
  isPackedRecords,
  type JsonObject,
  type JsonValue,
  type PackedNumbers,
} from '../../model/json-value.ts';
import type { Schema } from '../../model/signature.ts';
import { compileSchema, type SchemaPlan } from '../compile-schema.ts';
import { packedColumn } from './packed-column.ts';

/**
 * Build and cast the frame of a `dataframe_split` whose data are packed numbers.
 *
 * With a named signature the columns come in its order, and those it does not know are left out.
 *
 * @returns undefined when the general path must decide
 */
export function packedSplit(split: JsonObject, schema: Schema | undefined): Frame | undefined {
  const table = split.get('data');
  if (!isPackedNumbers(table) || table.shape.length !== 2) return undefined;
  const labels = split.get('columns');
  const count = table.shape[1] as number;
  if (split.size !== (labels === undefined ? 1 : 2)) return undefined;
  if (labels === undefined) return fromTable(table, undefined, schema);
  if (!Array.isArray(labels) || labels.length !== count) return undefined;
  for (const label of labels) if (typeof label !== 'string') return undefined;
  return fromTable(table, labels as string[], schema);
}

/** The same for `dataframe_records`. */
export function packedRecordsFrame(
  records: JsonValue,
  schema: Schema | undefined,
): Frame | undefined {
  return isPackedRecords(records) ? fromTable(records.table, records.keys, schema) : undefined;
}

function fromTable(
  table: PackedNumbers,
  labels: readonly string[] | undefined,
  schema: Schema | undefined,
): Frame | undefined {
  const rowCount = table.shape[0] as number;
  if (rowCount === 0 || table.values.length === 0) return undefined;
  if (schema === undefined) return unmatched(table, labels, () => undefined);
  const plan = compileSchema(schema);
  if (plan.isNamed) return labels && matched(table, labels, plan);
  const { dtypes } = plan;
  if (plan.kind === 'tensors') return unmatched(table, labels, () => dtypes[0]);
  const isUnique = labels === undefined || new Set(labels).size === labels.length;
  return isUnique ? unmatched(table, labels, (i) => dtypes[i]) : undefined;
}

/** All columns, in the request's order. */
function unmatched(
  table: PackedNumbers,
  labels: readonly string[] | undefined,
  dtypeOf: (position: number) => Dtype | undefined,
): Frame | undefined {
  const [rowCount = 0, count = 0] = table.shape;
  const columns: Column[] = [];
  for (let i = 0; i < count; i++) {
    const label: Label = labels === undefined ? BigInt(i) : (labels[i] as string);
    const built = packedColumn(table, i, label, dtypeOf(i));
    if (built === undefined) return undefined;
    columns.push(built);
  }
  return frame(rowCount, columns);
}

/** The declared columns, in the signature's order. */
function matched(
  table: PackedNumbers,
  labels: readonly string[],
  plan: SchemaPlan,
): Frame | undefined {
  if (!plan.isSimple) return undefined;
  const { names, dtypes, positionByName } = plan;
  const found = new Int32Array(names.length).fill(-1);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as string;
    const position = names[i] === label ? i : positionByName.get(label);
    if (position === undefined) continue;
    if (found[position] !== -1) return undefined;
    found[position] = i;
  }
  const columns: Column[] = [];
  for (let position = 0; position < names.length; position++) {
    const i = found[position] as number;
    if (i < 0) continue;
    const built = packedColumn(table, i, names[position] as string, dtypes[position]);
    if (built === undefined) return undefined;
    columns.push(built);
  }
  return frame(table.shape[0] as number, columns);
}
