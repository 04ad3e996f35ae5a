import type { Dtype } from '../../model/dtype.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import {
  isPackedNumbers,
  isPackedRecords,
  type JsonObject,
  type JsonValue,
  type PackedNumbers,
  type PackedRecords,
} from '../../model/json-value.ts';
import { type NdArray, sizeOf } from '../../model/nd-array.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import type { Schema } from '../../model/signature.ts';
import { compileSchema, type SchemaPlan } from '../compile-schema.ts';
import { packedArray } from './packed-array.ts';
import { packedColumns } from './packed-columns.ts';

/**
 * `castInputs` for packed lists: one list, an object of lists, a list of objects.
 *
 * @returns undefined when the general path must decide
 */
export function packedInputs(
  value: JsonValue,
  schema: Schema | undefined,
): PyValue | Frame | undefined {
  if (isPackedRecords(value)) return packedRows(value, schema);
  return packedLists(value, schema);
}

/**
 * `castInstances` likewise; objects are turned into one array per key.
 *
 * @returns undefined when the general path must decide
 */
export function packedInstances(
  value: JsonValue,
  schema: Schema | undefined,
): PyValue | Frame | undefined {
  if (isPackedRecords(value)) return packedRows(value, schema) ?? pivoted(value, schema);
  // Lists of one length each need no check of their lengths.
  const isChecked = isPackedNumbers(value) || (value instanceof Map && hasOneLength(value));
  return isChecked ? packedLists(value, schema) : undefined;
}

function hasOneLength(dict: JsonObject): boolean {
  let length: number | undefined;
  for (const value of dict.values()) {
    if (!isPackedNumbers(value)) return false;
    length ??= value.shape[0];
    if (value.shape[0] !== length) return false;
  }
  return true;
}

function packedLists(value: JsonValue, schema: Schema | undefined): PyValue | Frame | undefined {
  const plan = schema && compileSchema(schema);
  if (plan?.isNamed && !plan.isSimple) return undefined;
  if (value instanceof Map) {
    if (plan?.isNamed === false) return undefined;
    const columns = plan?.kind === 'columns' ? packedColumns(value, plan) : undefined;
    return columns ?? packedDict(value, plan);
  }
  if (!isPackedNumbers(value)) return undefined;
  if (plan === undefined) return packedArray(value, undefined);
  const array = packedArray(value, arrayDtype(plan, 0));
  if (array === undefined || !plan.isNamed || plan.names.length > 1) return array;
  return new Map([[plan.names[0] as string, array]]);
}

function packedDict(dict: JsonObject, plan: SchemaPlan | undefined): PyDict | undefined {
  const result: PyDict = new Map();
  for (const [name, value] of dict) {
    if (!isPackedNumbers(value)) return undefined;
    const array = packedArray(value, dtypeOf(name, plan));
    if (array === undefined) return undefined;
    result.set(name, array);
  }
  return result;
}

const dtypeOf = (name: string, plan: SchemaPlan | undefined): Dtype | undefined => {
  const position = plan?.positionByName.get(name);
  return plan === undefined || position === undefined ? undefined : arrayDtype(plan, position);
};

/** Text and bytes have a dtype of numpy's own, which packed numbers never convert to. */
const arrayDtype = (plan: SchemaPlan, position: number): Dtype => plan.dtypes[position] ?? 'object';

/** One key of packed objects as a list. */
function listOf({ keys, table }: PackedRecords, key: number): PackedNumbers {
  const rows = table.shape[0] as number;
  const values = new Float64Array(rows);
  for (let row = 0, at = key; row < rows; row++, at += keys.length) {
    values[row] = table.values[at] as number;
  }
  return {
    kind: 'packed-numbers',
    shape: [rows],
    values,
    kinds: table.kinds.subarray(key, key + 1),
    unpack: () => {
      throw new Error('a column of packed objects has no text of its own');
    },
  };
}

function pivoted(records: PackedRecords, schema: Schema | undefined): PyDict | undefined {
  const plan = schema && compileSchema(schema);
  if (plan?.isNamed && !plan.isSimple) return undefined;
  const result: PyDict = new Map();
  for (const [key, name] of records.keys.entries()) {
    const array = packedArray(listOf(records, key), dtypeOf(name, plan));
    if (array === undefined) return undefined;
    result.set(name, array);
  }
  return result;
}

/** A list of objects becomes a frame in the strict step anyway, if the model takes columns. */
function packedRows(records: PackedRecords, schema: Schema | undefined): Frame | undefined {
  if (schema?.kind !== 'columns') return undefined;
  const plan = compileSchema(schema);
  if (!plan.isNamed || !plan.isSimple) return undefined;
  const columns: Column[] = [];
  for (const [position, name] of plan.names.entries()) {
    const key = records.keys.indexOf(name as string);
    if (key < 0) continue;
    const array = packedArray(listOf(records, key), plan.dtypes[position]);
    if (array === undefined) return undefined;
    columns.push(columnOf(name as string, array));
  }
  return frame(records.table.shape[0] as number, columns);
}

const columnOf = (name: string, { dtype, data, shape }: NdArray): Column => {
  if (sizeOf(shape) !== data.length) throw new Error('a column with a wrong length');
  return column(name, dtype, data as never);
};
