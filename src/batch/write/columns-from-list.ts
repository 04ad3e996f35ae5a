import { type Column, type Frame, frame } from '../../model/frame.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import { columnFromCells } from './column-from-cells.ts';

/** The column of a model whose answer has no names. */
export const PREDICTIONS = 'predictions';

/** Dicts become a column for each key, in order of appearance; what is missing is null. Everything else is one column. */
export function columnsFromList(cells: PyValue[]): Frame {
  if (cells.length === 0 || !cells.every((cell) => cell instanceof Map)) {
    return frame(cells.length, [columnFromCells(PREDICTIONS, cells)]);
  }
  const keys = new Set<string>();
  for (const dict of cells as PyDict[]) for (const key of dict.keys()) keys.add(key);
  // Dicts without keys are answers, too.
  if (keys.size === 0) return frame(cells.length, [columnFromCells(PREDICTIONS, cells)]);
  const columnOf = (key: string): Column =>
    columnFromCells(
      key,
      (cells as PyDict[]).map((dict) => dict.get(key) ?? null),
    );
  return frame(cells.length, Array.from(keys, columnOf));
}
