import { type Column, column, type Label } from '../../model/frame.ts';
import { INT64_MAX, INT64_MIN } from '../../model/int64.ts';
import type { PyValue } from '../../model/py-value.ts';

/** A column of Python objects; of a narrower dtype where all of them are floats, integers, booleans or texts. */
export function columnFromCells(label: Label, cells: PyValue[]): Column {
  switch (typeof cells[0]) {
    case 'number':
      if (cells.every((cell) => typeof cell === 'number')) {
        return column(label, 'float64', Float64Array.from(cells as number[]));
      }
      break;
    case 'bigint':
      if (cells.every(isInt64)) {
        return column(label, 'int64', BigInt64Array.from(cells as bigint[]));
      }
      break;
    case 'boolean':
      if (cells.every((cell) => typeof cell === 'boolean')) {
        return column(label, 'bool', Uint8Array.from(cells, Number));
      }
  }
  return column(label, 'object', cells);
}

const isInt64 = (cell: PyValue): boolean =>
  typeof cell === 'bigint' && cell >= INT64_MIN && cell <= INT64_MAX;
