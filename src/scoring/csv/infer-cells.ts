import type { PyValue } from '../../model/py-value.ts';
import { type CellColumn, textCells } from './cell-column.ts';
import {
  isRefusal,
  MISSING_BOOL,
  MISSING_INT,
  readBooleans,
  readDoubles,
  readInt64,
  readUint64,
} from './read-column.ts';

/** The dtypes a CSV column can have before and after a signature had its say. */
export type CsvCells =
  | { readonly dtype: 'int32'; readonly data: Int32Array }
  | { readonly dtype: 'int64'; readonly data: BigInt64Array }
  | { readonly dtype: 'uint64'; readonly data: BigUint64Array }
  | { readonly dtype: 'float32'; readonly data: Float32Array }
  | { readonly dtype: 'float64'; readonly data: Float64Array }
  | { readonly dtype: 'bool'; readonly data: Uint8Array }
  | { readonly dtype: 'object'; readonly data: PyValue[] };

/** Cells whose missing ones are still marked inside the storage. */
export type MarkedCells = CsvCells & { readonly missingCount: number };

/**
 * Find the dtype of a column by trying: int64 (uint64 when too large), float64, bool, text.
 *
 * An integer too large for 64 bits makes the whole column text, even where floats would fit.
 *
 * @see pandas/_libs/parsers.pyx, `_convert_tokens`
 */
export function inferMarkedCells(column: CellColumn): MarkedCells {
  const integers = readInt64(column);
  if (!isRefusal(integers)) return { dtype: 'int64', ...integers };
  if (integers.refused === 'overflow') {
    const unsigned = readUint64(column);
    if (!isRefusal(unsigned)) return { dtype: 'uint64', ...unsigned };
    if (unsigned.refused !== 'text') {
      const data = textCells(column, unsigned.refused === 'conflict');
      return { dtype: 'object', data, missingCount: 0 };
    }
  }
  const doubles = readDoubles(column);
  if (!isRefusal(doubles)) return { dtype: 'float64', ...doubles };
  const booleans = readBooleans(column);
  if (!isRefusal(booleans)) return { dtype: 'bool', ...booleans };
  return { dtype: 'object', data: textCells(column), missingCount: 0 };
}

/** Infer a column and make room for its missing cells: NaN needs float64, or object beside bools. */
export function inferCells(column: CellColumn): CsvCells {
  const cells = inferMarkedCells(column);
  if (cells.missingCount === 0) return cells;
  if (cells.dtype === 'int64') {
    return { dtype: 'float64', data: doublesFromInt64(cells.data) };
  }
  if (cells.dtype === 'bool') {
    const data = Array.from(cells.data, (value) =>
      value === MISSING_BOOL ? Number.NaN : value === 1,
    );
    return { dtype: 'object', data };
  }
  return cells;
}

function doublesFromInt64(integers: BigInt64Array): Float64Array {
  const doubles = new Float64Array(integers.length);
  for (let row = 0; row < integers.length; row++) {
    const integer = integers[row] as bigint;
    doubles[row] = integer === MISSING_INT ? Number.NaN : Number(integer);
  }
  return doubles;
}
