import type { NdArray } from '../../model/nd-array.ts';
import { type ArrayCells, arrayCellText, type ObjectText } from './cell-text.ts';

/**
 * Write an array of any rank as nested lists, a 0-d array as its cell: numpy's `tolist()`.
 *
 * Dates are what `tolist()` makes of them: nanoseconds are integers, coarser units ISO text.
 *
 * @throws {ServingError} INTERNAL_ERROR for complex numbers
 */
export function encodeArray(array: NdArray, objectText: ObjectText): string {
  const { shape } = array;
  const cellText = arrayCellText(array as ArrayCells, objectText);
  const last = shape.length - 1;
  let next = 0;
  const list = (axis: number): string => {
    const size = shape[axis]!;
    let text = '[';
    for (let i = 0; i < size; i++) {
      if (i > 0) text += ', ';
      text += axis === last ? cellText(next++) : list(axis + 1);
    }
    return `${text}]`;
  };
  return last < 0 ? cellText(0) : list(0);
}
