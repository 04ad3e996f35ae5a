import { cellAt, isFloatDtype, isIntegerDtype } from '../../model/cells.ts';
import type { Dtype } from '../../model/dtype.ts';
import type { Frame, Label } from '../../model/frame.ts';
import type { PyValue } from '../../model/py-value.ts';
import { CastError } from '../cast-error.ts';
import { inferColumn } from './infer-column.ts';

/** pandas' `Index`: labels of rows or of columns, with a dtype of their own. */
export interface RowIndex {
  readonly dtype: Dtype;
  readonly labels: readonly Label[];
  /** How many lists make up a label (pandas' MultiIndex); 0 for plain labels. */
  readonly levels: number;
}

/**
 * A frame that remembers the row labels of its request.
 *
 * They never reach a model, but tensors are looked up by the row label 0, and dicts align by them.
 * Without `index` the rows are counted from 0.
 */
export interface IndexedFrame extends Frame {
  readonly index?: RowIndex;
}

/** What `dataframe_split` may say beside its data. */
export interface FrameAxes {
  readonly columns?: RowIndex;
  readonly index?: RowIndex;
}

/**
 * pandas' `ensure_index` for a JSON value: a list, the keys of an object, or lists of equal length,
 * one per level.
 *
 * @throws {CastError} for scalars, and for levels of unequal length
 */
export function rowIndexFrom(value: PyValue): RowIndex {
  const list = value instanceof Map ? [...value.keys()] : value;
  if (!Array.isArray(list)) throw new CastError('a list of labels');
  if (list.length > 0 && list.every((item) => Array.isArray(item))) return deepIndex(list);
  if (list.some(isContainer)) {
    // No key finds such a label; it only counts a row.
    const labels = list.map((label) => (isContainer(label) ? null : (label as Label)));
    return { dtype: 'object', labels, levels: 0 };
  }
  if (list.length === 0) return { dtype: 'object', labels: [], levels: 0 };
  const { dtype, data } = inferColumn(null, list);
  const labels = list.map((_, i) => cellAt(dtype, data as never, i) as Label);
  return { dtype, labels, levels: 0 };
}

/** Whether two labels are one to pandas, NaN and NaN among them. */
export const isSameLabel = (a: Label, b: Label): boolean =>
  a === b || (Number.isNaN(a) && Number.isNaN(b));

/** What pandas cannot hash, and keeps as a label all the same. */
export const isContainer = (label: PyValue): boolean =>
  Array.isArray(label) || label instanceof Map;

function deepIndex(levels: readonly PyValue[][]): RowIndex {
  if (levels.some((level) => level.some(isContainer))) {
    throw new CastError('labels that are text or numbers');
  }
  const [first, ...rest] = levels.map(rowIndexFrom);
  if (first === undefined || rest.some((level) => level.labels.length !== first.labels.length)) {
    throw new CastError('lists of labels of equal length');
  }
  return { ...first, levels: levels.length };
}

/**
 * Which row pandas' `series[0]` means: the row labelled 0 where labels are numbers, else the first.
 *
 * @returns undefined when there is none, or more than one
 */
export function rowLabelledZero({ rowCount, index }: IndexedFrame): number | undefined {
  if (index === undefined || !hasNumbers(index)) return rowCount > 0 ? 0 : undefined;
  if (index.levels > 1) return undefined;
  const rows = index.labels.flatMap((label, row) => (isZero(label) ? [row] : []));
  return rows.length === 1 ? rows[0] : undefined;
}

/** @see pandas/core/indexes/base.py, `_should_fallback_to_positional` */
function hasNumbers({ dtype, labels }: RowIndex): boolean {
  if (dtype === 'object') return labels.some((label) => typeof label === 'bigint');
  return isIntegerDtype(dtype) || isFloatDtype(dtype);
}

const isZero = (label: Label): boolean => label === 0n || label === 0 || label === false;
