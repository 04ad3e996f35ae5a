import type { NdArray } from '../../model/nd-array.ts';
import { type ArrayCells, arrayCellTexts } from './cell-texts.ts';

/**
 * Write an array of any rank as nested lists, a 0-d array as its cell: numpy's `tolist()`.
 *
 * Dates are what `tolist()` makes of them: nanoseconds are integers, coarser units ISO text.
 *
 * @throws {ServingError} INTERNAL_ERROR for complex numbers
 */
export function encodeArray(array: NdArray): string {
  const { shape } = array;
  let texts = arrayCellTexts(array as ArrayCells);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const lists = shape.slice(0, axis).reduce((count, size) => count * size, 1);
    texts = joinLists(texts, lists, shape[axis]!);
  }
  return texts[0]!;
}

/** Shapes: `texts` is [lists · size], the result [lists]. */
function joinLists(texts: readonly string[], lists: number, size: number): string[] {
  if (lists === 1) return [`[${texts.join(', ')}]`];
  const joined = new Array<string>(lists);
  let next = 0;
  for (let i = 0; i < lists; i++) {
    let text = '';
    for (let j = 0; j < size; j++) text += j === 0 ? texts[next++] : `, ${texts[next++]}`;
    joined[i] = `[${text}]`;
  }
  return joined;
}
