import { cellAt } from '../../../model/cells.ts';
import { type Datetime, isDatetime } from '../../../model/datetime.ts';
import type { Dtype, Storage } from '../../../model/dtype.ts';
import { INT64_MAX, INT64_MIN } from '../../../model/int64.ts';
import { isNdArray } from '../../../model/nd-array.ts';
import type { PyValue } from '../../../model/py-value.ts';
import { encodeValue } from '../../../scoring/encode/encode-value.ts';

/** Values of one dtype, those that are missing left out. */
export interface DenseCells {
  readonly dtype: Dtype;
  readonly data: Storage;
}

/**
 * Python objects, none of them null, as values of the narrowest dtype that holds them all: booleans, integers, floats, dates, bytes or
 * texts. What is of several kinds, or is a list or a dict, becomes JSON text.
 */
export function denseCells(cells: readonly PyValue[]): DenseCells {
  const [first] = cells;
  if (cells.every((cell) => typeof cell === 'string'))
    return { dtype: 'str', data: cells as string[] };
  if (cells.every((cell) => typeof cell === 'boolean')) {
    return { dtype: 'bool', data: Uint8Array.from(cells, Number) };
  }
  if (cells.every(isInt64)) return { dtype: 'int64', data: BigInt64Array.from(cells as bigint[]) };
  if (cells.every(isDouble)) return { dtype: 'float64', data: Float64Array.from(cells, Number) };
  if (cells.every((cell) => cell instanceof Uint8Array))
    return { dtype: 'bytes', data: cells as Uint8Array[] };
  if (isDatetime(first) && cells.every((cell) => isSameKind(cell, first))) {
    const dtype = first.offsetMinutes === undefined ? 'datetime64[ns]' : 'datetime64[tz]';
    return { dtype, data: BigInt64Array.from(cells as Datetime[], ({ ns }) => ns) };
  }
  return { dtype: 'str', data: cells.map(jsonText) };
}

const isInt64 = (cell: PyValue): boolean =>
  typeof cell === 'bigint' && cell >= INT64_MIN && cell <= INT64_MAX;

/** Integers among floats, where a double holds them. */
const isDouble = (cell: PyValue): boolean =>
  typeof cell === 'number' || (typeof cell === 'bigint' && BigInt(Number(cell)) === cell);

const isSameKind = (cell: PyValue, { kind, offsetMinutes }: Datetime): boolean =>
  isDatetime(cell) &&
  kind !== 'time' &&
  (cell.offsetMinutes === undefined) === (offsetMinutes === undefined);

const jsonText = (cell: PyValue): string => (typeof cell === 'string' ? cell : encodeValue(cell));

/** Levels of lists in a cell; undefined for ragged depths, 0 for what is no list. */
export function rankOf(cell: PyValue): number | undefined {
  if (isNdArray(cell)) return cell.shape.length;
  if (!Array.isArray(cell)) return cell instanceof Map ? undefined : 0;
  const inner = new Set(cell.filter((item) => item !== null).map(rankOf));
  if (inner.size > 1) return undefined;
  const [rank = 0] = inner;
  // Lists in the file may lack values, not lists.
  const lacksList = rank > 0 && cell.includes(null);
  return inner.has(undefined) || lacksList ? undefined : 1 + rank;
}

/** The entries of a list or an array, arrays of more dimensions taken apart. */
export function entriesOf(cell: PyValue): PyValue[] {
  if (!isNdArray(cell)) return Array.isArray(cell) ? cell : [cell];
  const [length = 1, ...shape] = cell.shape;
  if (shape.length === 0) {
    return Array.from({ length }, (_, at) => cellAt(cell.dtype, cell.data, at));
  }
  const size = shape.reduce((product, each) => product * each, 1);
  return Array.from({ length }, (_, at) => {
    const data = cell.data.slice(at * size, (at + 1) * size);
    return { ...cell, shape, data } as PyValue;
  });
}
