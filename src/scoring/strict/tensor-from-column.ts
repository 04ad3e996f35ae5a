import { objectCells } from '../../model/cells.ts';
import type { Dtype } from '../../model/dtype.ts';
import type { Column } from '../../model/frame.ts';
import { isNdArray, type NdArray, ndArray, sizeOf } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import type { TensorSpec } from '../../model/signature.ts';
import { allocate } from '../../model/storage.ts';
import { castStorage } from '../array/cast-storage.ts';
import { promote } from '../array/discover-dtype.ts';
import { numpyArray } from '../array/numpy-array.ts';
import { CastError } from '../cast-error.ts';
import { type IndexedFrame, rowLabelledZero } from '../frame/row-index.ts';
import { enforceTensor } from './enforce-tensor.ts';

/**
 * Turn one column into a tensor: numbers as they are, a list in each cell as one more axis.
 *
 * Shapes: N cells give [N] or [N][1]; N lists of K cells give [N][…] with K cells in each.
 *
 * @throws {CastError} when the cells do not fit the spec
 * @see mlflow/models/utils.py, `_reshape_and_cast_pandas_column_values`
 */
export function tensorFromColumn(column: Column, input: IndexedFrame, spec: TensorSpec): NdArray {
  const { shape } = spec;
  if (shape[0] !== -1 || shape.slice(1).includes(-1)) {
    throw new CastError('a tensor open in its first size only, for data in a frame');
  }
  const row = rowLabelledZero(input);
  if (row === undefined) throw new CastError('rows of which exactly one is labelled 0');
  const { dtype, data } = column;
  const cells = dtype === 'object' ? objectCells(dtype, data) : undefined;
  const first = cells?.[row];
  if (cells === undefined || isScalarCell(first)) return fromScalars(column, spec);
  if (Array.isArray(first) && isScalarCell(first[0])) {
    const stacked = stackRows(cells.map((cell) => numpyArray(cell)));
    const to = spec.dtype as Dtype;
    return reshaped(to, castStorage(stacked.dtype, stacked.data, to), spec, cells.length);
  }
  if (!isNdArray(first)) throw new CastError('cells that are single values or lists of them');
  const stacked = stackRows(cells.map((cell) => (isNdArray(cell) ? cell : numpyArray(cell))));
  return reshaped(stacked.dtype, stacked.data, spec, cells.length);
}

/** numpy's `isscalar` for a cell of an object column. */
const isScalarCell = (cell: PyValue | undefined): boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof cell) || cell instanceof Uint8Array;

function fromScalars({ dtype, data }: Column, spec: TensorSpec): NdArray {
  if (/^(datetime|timedelta)64/.test(dtype)) throw new CastError('numbers or text, not dates');
  const shape = spec.shape.join();
  if (shape !== '-1' && shape !== '-1,1') {
    throw new CastError('a tensor of shape (-1) or (-1, 1), for a column of single values');
  }
  const to = spec.dtype as Dtype;
  const cells = castStorage(dtype, data as never, to);
  const sizes = spec.shape.length === 1 ? [cells.length] : [cells.length, 1];
  return enforceTensor(ndArray(to, sizes, cells as never), spec);
}

/** numpy's `vstack`: arrays of one axis are rows, single values rows of one cell. */
function stackRows(arrays: readonly NdArray[]): NdArray {
  const blocks = arrays.map((array) => {
    const [rows = 1, ...rest] = array.shape;
    if (array.shape.length < 2)
      return { array, rows: 1, width: sizeOf(array.shape), inner: [rows] };
    return { array, rows, width: sizeOf(rest), inner: rest };
  });
  const inner = blocks[0]?.inner.join();
  if (blocks.some((block) => block.inner.join() !== inner)) {
    throw new CastError('lists of equal length in all rows');
  }
  const dtype = arrays.map((array) => array.dtype).reduce(promote);
  const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
  const size = blocks.reduce((sum, block) => sum + block.rows * block.width, 0);
  const out = allocate(dtype, size) as PyValue[];
  let at = 0;
  for (const { array } of blocks) {
    const cells = castStorage(array.dtype, array.data, dtype);
    for (let i = 0; i < cells.length; i++) out[at++] = cells[i] as PyValue;
  }
  return ndArray(dtype, [rows, ...(blocks[0]?.inner ?? [])], out as never);
}

function reshaped(dtype: Dtype, data: NdArray['data'], spec: TensorSpec, rows: number): NdArray {
  const inner = spec.shape.slice(1);
  const width = sizeOf(inner);
  if (width === 0 ? data.length !== 0 : data.length % width !== 0 || data.length / width !== rows) {
    throw new CastError(`${width} cells in each row`);
  }
  return ndArray(dtype, [rows, ...inner], data as never);
}
