import type { Dtype } from '../../model/dtype.ts';
import { type Column, column, type Label } from '../../model/frame.ts';
import { HAS_FLOAT, HAS_INT, HAS_NULL, type PackedNumbers } from '../../model/json-value.ts';
import { type Strided, toInt64 } from './to-int64.ts';

const TWO_31 = 2 ** 31;

/**
 * `inferColumn` and `astype` for a column of packed numbers, without boxing a cell.
 *
 * Shapes: `table` is [N][C]; the column has N cells.
 *
 * @param to pandas' dtype of the declared type; without it pandas' own inference decides
 * @returns undefined when the general path must decide: a value that does not fit, null where it is
 *   no NaN, a dtype without numbers
 */
export function packedColumn(
  table: PackedNumbers,
  position: number,
  label: Label,
  to: Dtype | undefined,
): Column | undefined {
  const kinds = table.kinds[position] as number;
  const dtype = to ?? inferredDtype(kinds);
  if (dtype === undefined) return undefined;
  const [rowCount = 0, step = 0] = table.shape;
  const data = convert({ values: table.values, first: position, step, rowCount, kinds }, dtype);
  return data && column(label, dtype, data as never);
}

/** Null alone stays an object; beside numbers it is NaN. */
function inferredDtype(kinds: number): Dtype | undefined {
  if (kinds === HAS_INT) return 'int64';
  return kinds & (HAS_INT | HAS_FLOAT) ? 'float64' : undefined;
}

function convert(cells: Strided, to: Dtype): Column['data'] | undefined {
  switch (to) {
    case 'float64':
      return gather(cells, new Float64Array(cells.rowCount));
    case 'float32':
      return gather(cells, new Float32Array(cells.rowCount));
    case 'int64':
      return toInt64(cells);
    case 'int32':
      return toInt32(cells);
    case 'bool':
      return toBool(cells);
    default:
      return undefined;
  }
}

function gather<T extends Float32Array | Float64Array>(cells: Strided, out: T): T {
  const { values, step, rowCount } = cells;
  for (let row = 0, at = cells.first; row < rowCount; row++, at += step) {
    out[row] = values[at] as number;
  }
  return out;
}

/** Integers wrap around, as between pandas' int64 and int32; floats must fit. */
function toInt32({ values, first, step, rowCount, kinds }: Strided): Int32Array | undefined {
  const out = new Int32Array(rowCount);
  const isChecked = kinds !== HAS_INT;
  for (let row = 0, at = first; row < rowCount; row++, at += step) {
    const value = values[at] as number;
    if (isChecked && !(value > -TWO_31 - 1 && value < TWO_31)) return undefined;
    out[row] = value | 0;
  }
  return out;
}

function toBool({ values, first, step, rowCount, kinds }: Strided): Uint8Array | undefined {
  if (kinds & HAS_NULL) return undefined;
  const out = new Uint8Array(rowCount);
  for (let row = 0, at = first; row < rowCount; row++, at += step) {
    out[row] = values[at] === 0 ? 0 : 1;
  }
  return out;
}
