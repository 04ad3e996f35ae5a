import { cellAt } from '../../model/cells.ts';
import { column, type Frame, frame, isFrame } from '../../model/frame.ts';
import type { ModelInput } from '../../model/model-input.ts';
import { isNdArray, type NdArray, sizeOf } from '../../model/nd-array.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import { allocate } from '../../model/storage.ts';
import { isNumpyScalar } from '../array/numpy-scalar.ts';
import { CastError } from '../cast-error.ts';
import { dataFrame } from '../frame/data-frame.ts';

/**
 * The frame that MLflow makes of any input before it looks at columns.
 *
 * Shapes: a single value is a frame of one cell; a dict of single values one row; a dict of [N] a
 *   column each; an array of [N] one column, of [N][C] C columns, labelled from 0.
 *
 * @throws {CastError} when pandas cannot make one
 * @see mlflow/models/utils.py, `_enforce_schema`
 */
export function inputFrame(input: ModelInput): Frame {
  if (isFrame(input)) return input;
  if (input instanceof Map) return frameOfDict(input);
  if (isNumpyScalar(input)) return dataFrame([input]);
  if (isNdArray(input)) return frameOfArray(input);
  if (Array.isArray(input)) return dataFrame(input);
  if (input === null) throw new CastError('rows or columns, not null');
  return dataFrame([input]);
}

const isScalar = (value: PyValue): boolean =>
  isNumpyScalar(value) || (!isNdArray(value) && !Array.isArray(value) && !(value instanceof Map));

function frameOfDict(dict: PyDict): Frame {
  const values = [...dict.values()];
  if (values.every(isScalar) || values.every(isLoneText)) return dataFrame([dict]);
  const columns: PyDict = new Map();
  for (const [name, value] of dict) {
    columns.set(name, isNdArray(value) && value.shape.length > 1 ? toList(value) : value);
  }
  return dataFrame(columns);
}

const isLoneText = (value: PyValue): boolean =>
  isNdArray(value) && !isNumpyScalar(value) && value.dtype === 'str' && value.shape.length === 0;

/** numpy's `tolist`: nested lists of Python objects; nanoseconds become integers. */
function toList(array: NdArray): PyValue {
  let position = 0;
  const build = (level: number): PyValue => {
    if (level === array.shape.length) return leaf(array, position++);
    return Array.from({ length: array.shape[level] as number }, () => build(level + 1));
  };
  return build(0);
}

const leaf = ({ dtype, data }: NdArray, index: number): PyValue =>
  dtype === 'datetime64[ns]' ? (data[index] as bigint) : cellAt(dtype, data, index);

function frameOfArray(array: NdArray): Frame {
  const { shape, dtype, data } = array;
  if (shape.length !== 1 && shape.length !== 2) {
    throw new CastError('an array of one or two dimensions');
  }
  const [rows = 0, width = 1] = shape;
  // pandas turns an array's text into objects, but not its bytes.
  const kept = dtype === 'str' ? 'object' : dtype;
  if (shape.length === 1) return frame(rows, [column(0n, kept, data as never)]);
  const columns = Array.from({ length: sizeOf([width]) }, (_, c) => {
    const cells = allocate(kept, rows) as PyValue[];
    for (let row = 0; row < rows; row++) cells[row] = data[row * width + c] as PyValue;
    return column(BigInt(c), kept, cells as never);
  });
  return frame(rows, columns);
}
