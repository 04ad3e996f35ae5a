import { type Column, column, frame, type Label } from '../../model/frame.ts';
import { isNdArray, type NdArray } from '../../model/nd-array.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import { allocate } from '../../model/storage.ts';
import { isNumpyScalar } from '../array/numpy-scalar.ts';
import { CastError } from '../cast-error.ts';
import { inferColumn } from './infer-column.ts';
import { repeatCell } from './repeat-cell.ts';
import type { FrameAxes, IndexedFrame, RowIndex } from './row-index.ts';

/**
 * pandas' `DataFrame({name: values})`: lists, 1-D arrays, objects aligned by row label, and scalars
 * repeated in every row.
 *
 * @throws {CastError} when lengths differ, or when nothing says how many rows there are
 * @see pandas/core/internals/construction.py, `dict_to_mgr`
 */
export function frameFromDict(data: PyDict, axes: FrameAxes): IndexedFrame {
  const fast = axes.columns || axes.index ? undefined : frameOfArrays(data);
  if (fast !== undefined) return fast;
  const named: [Label, PyValue][] = axes.columns
    ? axes.columns.labels.map((label) => [label, cellIn(data, label)])
    : [...data];
  const given = axes.columns ? named.filter(([, value]) => !isMissing(value)) : named;
  const index = axes.index ?? sharedIndex(given.map(([, value]) => value));
  const columns = named.map(([label, value]) =>
    axes.columns && isMissing(value)
      ? column(label, 'object', new Array<PyValue>(index.labels.length).fill(Number.NaN))
      : columnFrom(label, value, index),
  );
  return { ...frame(index.labels.length, columns), ...(isCounted(index) ? {} : { index }) };
}

/** Arrays of one length are columns as they are. */
function frameOfArrays(data: PyDict): IndexedFrame | undefined {
  let rows: number | undefined;
  for (const value of data.values()) {
    if (!isNdArray(value) || value.shape.length !== 1) return undefined;
    rows ??= value.shape[0] as number;
    if (value.shape[0] !== rows) return undefined;
  }
  if (rows === undefined) return undefined;
  const columns = [...data].map(([label, value]) => fromArray(label, value as NdArray, rows));
  return frame(rows, columns);
}

const cellIn = (data: PyDict, label: Label): PyValue =>
  typeof label === 'string' && data.has(label) ? (data.get(label) as PyValue) : Number.NaN;

const isMissing = (value: PyValue): boolean => value === null || Number.isNaN(value);

const counted = (length: number): RowIndex => ({
  dtype: 'int64',
  labels: Array.from({ length }, (_, i) => BigInt(i)),
  levels: 0,
});

const isCounted = ({ dtype, labels }: RowIndex): boolean =>
  dtype === 'int64' && labels.every((label, i) => label === BigInt(i));

const lengthOf = (value: PyValue): number | undefined => {
  if (Array.isArray(value)) return value.length;
  if (!isNdArray(value) || value.shape.length === 0) return undefined;
  if (value.shape.length > 1) throw new CastError('one-dimensional columns');
  return value.shape[0];
};

/** The row labels that the values agree on. */
function sharedIndex(values: readonly PyValue[]): RowIndex {
  if (values.length === 0) return counted(0);
  const lengths = new Set(values.map(lengthOf).filter((length) => length !== undefined));
  const dicts = values.filter((value) => value instanceof Map);
  if (lengths.size > 1) throw new CastError('columns of equal length');
  if (lengths.size === 1 && dicts.length > 0) {
    throw new CastError('columns that are all lists or all objects');
  }
  const [length] = lengths;
  if (length !== undefined) return counted(length);
  if (dicts.length === 0) throw new CastError('lists of cells, not only single values');
  const labels = [...new Set(dicts.flatMap((dict) => [...dict.keys()]))];
  return { dtype: 'object', labels, levels: 0 };
}

function columnFrom(label: Label, value: PyValue, index: RowIndex): Column {
  const rows = index.labels.length;
  if (value instanceof Map) {
    if (rows === 0) return column(label, 'float64', new Float64Array(0));
    return inferColumn(
      label,
      index.labels.map((row) => cellIn(value, row)),
    );
  }
  if (isNdArray(value)) return fromArray(label, value, rows);
  if (!Array.isArray(value)) return repeatCell(inferColumn(label, [value]), rows);
  if (value.length === 1) return repeatCell(inferColumn(label, value), rows);
  if (value.length !== rows) throw new CastError('as many cells as there are row labels');
  return rows === 0 ? column(label, 'float64', new Float64Array(0)) : inferColumn(label, value);
}

function fromArray(label: Label, array: NdArray, rows: number): Column {
  const { dtype, data, shape } = array;
  const [only] = data;
  // pandas asks an array of no dimensions for its length, and gets that of the object in it.
  if (shape.length === 0 && only instanceof Map)
    return columnFrom(label, [...only.keys()], counted(rows));
  // pandas keeps text and bytes as objects.
  const kept = dtype === 'str' || dtype === 'bytes' ? 'object' : dtype;
  const isSingle = isNumpyScalar(array) || shape.length === 0 || (shape[0] === 1 && rows !== 1);
  if (!isSingle) return column(label, kept, data as never);
  const out = allocate(kept, rows) as PyValue[];
  out.fill((data as PyValue[])[0] as PyValue);
  return column(label, kept, out as never);
}
