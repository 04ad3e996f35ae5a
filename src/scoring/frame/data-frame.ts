import { type Column, column, frame, type Label } from '../../model/frame.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import { CastError } from '../cast-error.ts';
import { frameFromDict } from './frame-from-dict.ts';
import { inferColumn } from './infer-column.ts';
import { repeatCell } from './repeat-cell.ts';
import {
  type FrameAxes,
  type IndexedFrame,
  isContainer,
  type RowIndex,
  rowIndexFrom,
} from './row-index.ts';

/** Read `columns` and `index` of a request; null is the same as absent. */
export const frameAxes = (columns: PyValue | undefined, index: PyValue | undefined): FrameAxes => ({
  ...(columns == null ? {} : { columns: columnLabels(columns) }),
  ...(index == null ? {} : { index: rowIndexFrom(index) }),
});

/** Labels of several levels are tuples, which no signature can name: a text in brackets stands for one. */
function columnLabels(columns: PyValue): RowIndex {
  const index = rowIndexFrom(columns);
  if (index.levels === 0) {
    const isNamed = !Array.isArray(columns) || !columns.some(isContainer);
    if (isNamed) return index;
    throw new CastError('column labels that are text or numbers');
  }
  const levels = columns as PyValue[][];
  const labels = index.labels.map((_, i) => `(${levels.map((level) => level[i]).join(', ')})`);
  return { dtype: 'object', labels, levels: 0 };
}

/**
 * pandas' `DataFrame(data, index, columns)` for JSON values.
 *
 * Shapes: a list of rows (lists, objects, or scalars for one column), an object of columns, or a
 *   scalar with both axes given.
 *
 * @throws {CastError} when pandas raises
 * @see pandas/core/frame.py, `DataFrame.__init__`; pandas/core/internals/construction.py
 */
export function dataFrame(data: PyValue, axes: FrameAxes = {}): IndexedFrame {
  if (data === null || (Array.isArray(data) && data.length === 0)) return emptyFrame(axes);
  if (data instanceof Map) return frameFromDict(data, axes);
  if (!Array.isArray(data)) return constantFrame(data, axes);
  const [first] = data;
  if (Array.isArray(first)) return fromRows(rowsOfLists(data), axes);
  if (first instanceof Map) return fromDicts(data, axes);
  return fromScalars(data, axes);
}

const defaultLabels = (count: number): Label[] =>
  Array.from({ length: count }, (_, i) => BigInt(i));

/** A frame whose row count the axes decide: no data at all. */
function emptyFrame({ columns, index }: FrameAxes): IndexedFrame {
  const rows = index?.labels.length ?? 0;
  const columnsOfNaN = (columns?.labels ?? []).map((label) =>
    column(label, 'object', new Array<PyValue>(rows).fill(Number.NaN)),
  );
  return { ...frame(rows, columnsOfNaN), ...(index && { index }) };
}

function constantFrame(value: PyValue, { columns, index }: FrameAxes): IndexedFrame {
  if (columns === undefined || index === undefined) {
    throw new CastError('rows or columns, not a single value');
  }
  const rowCount = index.labels.length;
  const repeated = columns.labels.map((label) => repeatCell(inferColumn(label, [value]), rowCount));
  return { ...frame(rowCount, repeated), index };
}

/** Rows as lists of cells; text and objects among them are taken apart as Python's `list` does. */
function rowsOfLists(rows: readonly PyValue[]): readonly PyValue[][] {
  if (rows.every(Array.isArray)) return rows as PyValue[][];
  return rows.map((row, i) => {
    if (Array.isArray(row)) return row;
    if (typeof row === 'string') return [...row];
    if (row instanceof Map) return [...row.keys()];
    throw new CastError('rows that are all lists', i);
  });
}

/** Shorter rows are filled up with null. */
function fromRows(rows: readonly PyValue[][], axes: FrameAxes): IndexedFrame {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const labels = axes.columns?.labels ?? defaultLabels(width);
  if (labels.length !== width) {
    throw new CastError(`${labels.length} cells in the longest row, one per column`);
  }
  const columns = labels.map((label, c) => {
    const cells = new Array<PyValue>(rows.length);
    for (let row = 0; row < rows.length; row++) cells[row] = rows[row]?.[c] ?? null;
    return inferColumn(label, cells);
  });
  return withRowIndex(columns, rows.length, axes.index);
}

/** Keys that a row lacks become NaN there. */
function fromDicts(data: readonly PyValue[], axes: FrameAxes): IndexedFrame {
  const rows = axes.columns ? data.map(dictOf) : data.map(dictOnly);
  const labels: readonly Label[] = axes.columns?.labels ?? keysOf(rows);
  const columns = labels.map((label) => {
    const cells = new Array<PyValue>(rows.length);
    for (let row = 0; row < rows.length; row++) {
      const cell = typeof label === 'string' ? rows[row]?.get(label) : undefined;
      cells[row] = cell === undefined ? Number.NaN : cell;
    }
    return inferColumn(label, cells);
  });
  return withRowIndex(columns, rows.length, axes.index);
}

/** All keys, in order of first appearance. */
function keysOf(rows: readonly PyDict[]): string[] {
  const keys = new Set<string>();
  for (const row of rows) for (const key of row.keys()) keys.add(key);
  return [...keys];
}

function dictOnly(row: PyValue, i: number): PyDict {
  if (row instanceof Map) return row;
  throw new CastError('rows that are all objects', i);
}

/** Python's `dict(value)`: a list of pairs will do. */
function dictOf(row: PyValue, i: number): PyDict {
  if (row instanceof Map) return row;
  if (row === '') return new Map();
  const isPair = (item: PyValue): item is [string, PyValue] =>
    Array.isArray(item) && item.length === 2 && typeof item[0] === 'string';
  if (Array.isArray(row) && row.every(isPair)) return new Map(row);
  throw new CastError('rows that are all objects', i);
}

function fromScalars(data: readonly PyValue[], { columns, index }: FrameAxes): IndexedFrame {
  const labels = columns?.labels ?? defaultLabels(1);
  if (labels.length !== 1 || (index && index.labels.length !== data.length)) {
    throw new CastError('one column and one label per row for a list of single values');
  }
  const cells = inferColumn(labels[0] as Label, data);
  return { ...frame(data.length, [cells]), ...(index && { index }) };
}

/** One row stretches to as many as the index has; otherwise the counts must agree. */
function withRowIndex(
  columns: Column[],
  rowCount: number,
  index: RowIndex | undefined,
): IndexedFrame {
  if (index === undefined) return frame(rowCount, columns);
  const wanted = index.labels.length;
  if (columns.length > 0 && wanted !== rowCount && rowCount !== 1) {
    throw new CastError(`${wanted} rows, one per index label`);
  }
  const repeated = wanted === rowCount ? columns : columns.map((item) => repeatCell(item, wanted));
  return { ...frame(wanted, repeated), index };
}
