import { objectCells } from '../../model/cells.ts';
import type { Label } from '../../model/frame.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { RowIndex } from '../frame/row-index.ts';
import type { IndexLevel, LabelRange } from './pandas-metadata.ts';
import type { Stored } from './to-storage.ts';

/** The levels that are there: a column may have been dropped, a range may count other rows. */
export const presentLevels = (
  levels: readonly IndexLevel[],
  fields: ReadonlyMap<string, unknown>,
  rowCount: number,
): readonly IndexLevel[] =>
  levels.filter((level) =>
    typeof level === 'string' ? fields.has(level) : level.length === rowCount,
  );

/** Whether the rows are just counted from 0, as without an index. */
export const isCounted = ([first, second]: readonly IndexLevel[]): boolean =>
  first === undefined ||
  (second === undefined && typeof first === 'object' && first.start === 0 && first.step === 1);

/**
 * The labels of the first level; nothing looks at those of the others.
 *
 * @param read gives a column of the file; undefined for extension types, which are no numbers
 * @see pyarrow/pandas_compat.py, `_reconstruct_index`
 */
export function rowLabels(
  levels: readonly IndexLevel[],
  read: (field: string) => Stored | undefined,
): RowIndex {
  const [first] = levels as readonly [IndexLevel];
  // pandas' MultiIndex begins at two.
  const depth = levels.length > 1 ? levels.length : 0;
  if (typeof first === 'object') {
    return { dtype: 'int64', labels: countedLabels(first), levels: depth };
  }
  const stored = read(first);
  if (stored === undefined) return { dtype: 'object', labels: [], levels: depth };
  const labels = objectCells(stored.dtype, stored.data).map(labelFrom);
  return { dtype: stored.dtype, labels, levels: depth };
}

const countedLabels = ({ start, step, length }: LabelRange): Label[] =>
  Array.from({ length }, (_, row) => BigInt(start + row * step));

/** Bytes, dates and lists are never looked up. */
const labelFrom = (cell: PyValue): Label => (typeof cell === 'object' ? null : cell);
