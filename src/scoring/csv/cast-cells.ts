import { badRequest, type ServingError } from '../../errors.ts';
import { type CellColumn, textCells } from './cell-column.ts';
import { type CsvCells, inferMarkedCells } from './infer-cells.ts';
import {
  isRefusal,
  MISSING_BOOL,
  readBooleans,
  readDoubles,
  readInt64,
  readUint64,
} from './read-column.ts';

/** The dtypes a column signature can ask the parser for. */
export type CsvTarget = 'int32' | 'int64' | 'float32' | 'float64' | 'bool' | 'object';

/**
 * Read a column as the dtype its signature asks for, as `read_csv(dtype=…)` does.
 *
 * Integers wrap into int32; for int64 what only fits uint64 stays uint64. A column that cannot be
 * read directly is inferred and cast when that loses nothing: `1.0` becomes 1, `True` becomes 1.
 *
 * @throws {ServingError} BAD_REQUEST naming the column when it cannot be cast
 * @see pandas/_libs/parsers.pyx, `_convert_tokens`, `_convert_with_dtype`
 */
export function castCells(
  column: CellColumn,
  target: CsvTarget,
  name: string | undefined,
): CsvCells {
  switch (target) {
    case 'object':
      return { dtype: 'object', data: textCells(column) };
    case 'int32':
    case 'int64':
      return castToIntegers(column, target, name);
    case 'float32':
    case 'float64':
      return castToFloats(column, target, name);
    case 'bool':
      return castToBooleans(column, name);
  }
}

type Integers = 'int32' | 'int64';
type Floats = 'float32' | 'float64';

/** A column of the index has no name. */
export const quoteColumn = (name: string | undefined): string =>
  name === undefined ? 'in front of the named ones' : `"${name}"`;

const refuse = (name: string | undefined, rule: string): ServingError =>
  badRequest(`csv column ${quoteColumn(name)}, ${rule}`);

function castToIntegers(column: CellColumn, target: Integers, name: string | undefined): CsvCells {
  const signed = readInt64(column);
  if (!isRefusal(signed)) {
    if (signed.missingCount > 0) throw refuse(name, 'missing value: expected integers only');
    return target === 'int64' ? { dtype: target, data: signed.data } : wrapToInt32(signed.data);
  }
  if (signed.refused === 'overflow') {
    const unsigned = readUint64(column);
    if (!isRefusal(unsigned)) {
      return target === 'int64'
        ? { dtype: 'uint64', data: unsigned.data }
        : wrapToInt32(unsigned.data);
    }
    if (unsigned.refused !== 'text') {
      throw refuse(name, `row ${signed.row}: expected an integer of at most 64 bits`);
    }
  }
  const cells = inferMarkedCells(column);
  if (cells.dtype === 'bool' && cells.missingCount === 0) return integers(cells.data, target);
  const row = cells.dtype === 'float64' ? findUnfit(cells.data, target) : signed.row;
  if (cells.dtype === 'float64' && row < 0) return integers(cells.data, target);
  throw refuse(name, `row ${row}: expected an integer or a whole number within ${target}`);
}

/** Keep the low half of each value, as numpy's cast does. */
function wrapToInt32(data: BigInt64Array | BigUint64Array): CsvCells {
  const halves = new Int32Array(data.buffer);
  return {
    dtype: 'int32',
    data: Int32Array.from({ length: data.length }, (_, row) => halves[2 * row] as number),
  };
}

/** The first value that would change as an integer; -1 if there is none. */
function findUnfit(values: Float64Array, target: Integers): number {
  const bound = target === 'int32' ? 2 ** 31 : 2 ** 63;
  return values.findIndex((value) => !Number.isInteger(value) || value < -bound || value >= bound);
}

const integers = (values: Float64Array | Uint8Array, target: Integers): CsvCells =>
  target === 'int32'
    ? { dtype: target, data: Int32Array.from(values) }
    : { dtype: target, data: BigInt64Array.from(values as ArrayLike<number>, BigInt) };

function castToFloats(column: CellColumn, target: Floats, name: string | undefined): CsvCells {
  const doubles = readDoubles(column);
  if (!isRefusal(doubles)) return floats(doubles.data, target);
  const cells = inferMarkedCells(column);
  if (cells.dtype !== 'bool') throw refuse(name, `row ${doubles.row}: expected a number`);
  const data = Float64Array.from(cells.data, (value) =>
    value === MISSING_BOOL ? Number.NaN : value,
  );
  return floats(data, target);
}

const floats = (data: Float64Array, target: Floats): CsvCells =>
  target === 'float64' ? { dtype: target, data } : { dtype: target, data: new Float32Array(data) };

function castToBooleans(column: CellColumn, name: string | undefined): CsvCells {
  const booleans = readBooleans(column);
  if (!isRefusal(booleans)) {
    if (booleans.missingCount > 0) throw refuse(name, 'missing value: expected booleans only');
    return { dtype: 'bool', data: booleans.data };
  }
  const cells = inferMarkedCells(column);
  if (cells.dtype === 'object' || cells.dtype === 'bool') {
    throw refuse(name, `row ${booleans.row}: expected true, false, 1 or 0`);
  }
  const data = Uint8Array.from({ length: column.rowCount }, (_, row) => Number(cells.data[row]));
  const row = data.findIndex((value, at) => value > 1 || Number(cells.data[at]) !== value);
  if (row >= 0) throw refuse(name, `row ${row}: expected true, false, 1 or 0`);
  return { dtype: 'bool', data };
}
