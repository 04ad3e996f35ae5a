import { ServingError } from '../../errors.ts';
import { type Column, column, type Frame, frame, isFrame } from '../../model/frame.ts';
import type { ModelOutput } from '../../model/model-output.ts';
import { isNdArray, type NdArray, ndArray, sizeOf } from '../../model/nd-array.ts';
import type { PyValue } from '../../model/py-value.ts';
import { columnFromCells } from './column-from-cells.ts';
import { columnsFromList, PREDICTIONS } from './columns-from-list.ts';

/**
 * What a model returned for some rows, as columns of one cell for each row.
 *
 * A frame is taken as it is, a dict has a column for each key, a list of dicts, too; anything else is the column `predictions`.
 * One value for one row is a column of one cell: models that squeeze their output return that.
 *
 * Shapes: [rowCount] becomes a column; of [rowCount][D…] each cell is an array [D…].
 *
 * @throws {ServingError} INTERNAL_ERROR when there is not one prediction for each row
 */
export function toPredictionColumns(output: ModelOutput, rowCount: number): Frame {
  if (isFrame(output)) return checked(output, rowCount);
  if (output instanceof Map && output.size > 0) {
    const columns = Array.from(output, ([key, cells]) => columnOf(key, cells, rowCount));
    return frame(rowCount, columns);
  }
  if (Array.isArray(output)) return checked(columnsFromList(output), rowCount);
  return frame(rowCount, [columnOf(PREDICTIONS, output, rowCount)]);
}

function columnOf(label: string, cells: PyValue, rowCount: number): Column {
  if (Array.isArray(cells) && cells.length === rowCount) return columnFromCells(label, cells);
  if (isNdArray(cells) && cells.shape[0] === rowCount) return columnFromArray(label, cells);
  const isOneForOne = rowCount === 1 && !Array.isArray(cells) && !isList(cells);
  if (!isOneForOne) throw otherCount(rowCount, countOf(cells));
  return isNdArray(cells)
    ? column(label, cells.dtype, cells.data as never)
    : columnFromCells(label, [cells]);
}

const isList = (value: PyValue): boolean => isNdArray(value) && value.shape.length > 0;

function columnFromArray(label: string, { dtype, shape, data }: NdArray): Column {
  if (shape.length === 1) return column(label, dtype, data as never);
  const [rows = 0, ...cellShape] = shape;
  const size = sizeOf(cellShape);
  const cells = data as Float64Array;
  const cellAt = (row: number) => {
    const [from, to] = [row * size, (row + 1) * size];
    const part = Array.isArray(cells) ? cells.slice(from, to) : cells.subarray(from, to);
    return ndArray(dtype, cellShape, part as never);
  };
  return column(
    label,
    'object',
    Array.from({ length: rows }, (_, row) => cellAt(row)),
  );
}

function checked(predictions: Frame, rowCount: number): Frame {
  if (predictions.rowCount !== rowCount) throw otherCount(rowCount, `${predictions.rowCount}`);
  if (predictions.columns.length === 0 && rowCount > 0) throw otherCount(rowCount, 'no columns');
  return predictions;
}

function countOf(value: PyValue): string {
  if (Array.isArray(value)) return `${value.length}`;
  return isNdArray(value) && value.shape.length > 0 ? `${value.shape[0]}` : 'a single value';
}

const otherCount = (rowCount: number, found: string): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    `the model was given ${rowCount} rows and returned ${found}; expected one prediction for each row`,
  );
