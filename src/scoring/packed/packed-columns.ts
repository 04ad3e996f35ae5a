import type { Dtype, Storage } from '../../model/dtype.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { isPackedNumbers, type JsonObject, type JsonValue } from '../../model/json-value.ts';
import type { SchemaPlan } from '../compile-schema.ts';
import { packedArray } from './packed-array.ts';

/**
 * The frame that the strict step would make of an object of columns, at once: lists of one length,
 * or one number for each column.
 *
 * Shapes: C lists of [N], or C numbers for N = 1; the frame is [N][C], declared columns only, in the
 *   signature's order.
 *
 * @param plan of named columns without repeated names
 * @returns undefined when the general path must decide
 */
export function packedColumns(dict: JsonObject, plan: SchemaPlan): Frame | undefined {
  const [first] = dict.values();
  return isPackedNumbers(first) ? lists(dict, first.shape[0] as number, plan) : row(dict, plan);
}

function lists(dict: JsonObject, rowCount: number, plan: SchemaPlan): Frame | undefined {
  const found = new Array<Column | undefined>(plan.names.length);
  for (const [name, value] of dict) {
    if (!isPackedNumbers(value) || value.shape.length !== 1 || value.shape[0] !== rowCount) {
      return undefined;
    }
    const position = plan.positionByName.get(name);
    if (position === undefined) continue;
    const array = packedArray(value, plan.dtypes[position] ?? 'object');
    if (array === undefined) return undefined;
    found[position] = column(name, array.dtype, array.data as never);
  }
  return frame(rowCount, found.filter(isFound));
}

const isFound = (item: Column | undefined): item is Column => item !== undefined;

/** An undeclared number would be an array of no dimensions, of which pandas makes no row. */
function row(dict: JsonObject, plan: SchemaPlan): Frame | undefined {
  if (dict.size === 0) return undefined;
  const found = new Array<Column | undefined>(plan.names.length);
  // Views of one piece of memory: a typed array of its own costs 300 ns.
  const floats = new Float64Array(plan.names.length);
  for (const [name, value] of dict) {
    const position = plan.positionByName.get(name);
    if (position === undefined) return undefined;
    const dtype = plan.dtypes[position] as Dtype;
    const data = oneCell(value, dtype, floats.subarray(position, position + 1));
    if (data === undefined) return undefined;
    found[position] = column(name, dtype, data as never);
  }
  return frame(1, found.filter(isFound));
}

/** Storage for one number that fits the dtype; `float` is where one of float64 goes. */
function oneCell(value: JsonValue, dtype: Dtype, float: Float64Array): Storage | undefined {
  if (dtype === 'float64' || dtype === 'float32') {
    const number = floatOf(value);
    if (number === undefined) return undefined;
    float[0] = number;
    return dtype === 'float64' ? float : new Float32Array(float);
  }
  if (typeof value !== 'bigint') return undefined;
  const fits = (bits: number): boolean => BigInt.asIntN(bits, value) === value;
  if (dtype === 'int64') return fits(64) ? BigInt64Array.of(value) : undefined;
  return dtype === 'int32' && fits(32) ? Int32Array.of(Number(value)) : undefined;
}

function floatOf(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value;
  const float = typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isFinite(float) ? float : undefined;
}
