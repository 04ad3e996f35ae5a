import { type Column, type Frame, frame } from '../../model/frame.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import { columnFromCells } from './column-from-cells.ts';

/** The column of a model whose answer has no names. */
export const PREDICTIONS = 'predictions';

/** A list of dicts as a column for each key; everything else is one column. */
export function columnsFromList(cells: PyValue[]): Frame {
  if (cells.length === 0 || !cells.every((cell) => cell instanceof Map)) {
    return frame(cells.length, [columnFromCells(PREDICTIONS, cells)]);
  }
  const columns = columnsFromDicts(cells as PyDict[]);
  // Dicts without keys are answers, too.
  return columns.length > 0
    ? frame(cells.length, columns)
    : frame(cells.length, [columnFromCells(PREDICTIONS, cells)]);
}

/** A column for each key, in order of appearance; what is missing is null. */
export function columnsFromDicts(dicts: readonly PyDict[]): Column[] {
  const keys = new Set<string>();
  for (const dict of dicts) for (const key of dict.keys()) keys.add(key);
  return Array.from(keys, (key) =>
    columnFromCells(
      key,
      dicts.map((dict) => dict.get(key) ?? null),
    ),
  );
}
