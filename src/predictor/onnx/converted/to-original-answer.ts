import { badRequest } from '../../../errors.ts';
import type { ConversionOutput } from '../../../model/conversion.ts';
import type { Dtype, Storage } from '../../../model/dtype.ts';
import { column, type Frame, frame } from '../../../model/frame.ts';
import { type NdArray, ndArray } from '../../../model/nd-array.ts';
import { allocate } from '../../../model/storage.ts';
import type { NativeTensor } from '../native-runtime.ts';

/**
 * The graph's output as the array that the original returns.
 *
 * Shapes: `rows` [N]; `column` [N][1]; `keep` as the graph has it.
 */
export function toOriginalArray(output: ConversionOutput, tensor: NativeTensor): NdArray {
  const data = castCells(output.dtype as Dtype, tensor);
  return ndArray(output.dtype as Dtype, shapeOf(output.shape, tensor), data as never);
}

function shapeOf(shape: ConversionOutput['shape'], { dims, data }: NativeTensor) {
  const cells = (data as ArrayLike<unknown>).length;
  if (shape === 'rows') return [cells];
  return shape === 'column' ? [cells, 1] : dims;
}

/**
 * pandas' `DataFrame(array)`: columns 0, 1, …
 *
 * Shapes: [N][K] gives K columns of [N], [N] one.
 *
 * @throws {ServingError} BAD_REQUEST for other ranks, as pandas raises
 */
export function toOriginalFrame({ dtype, shape, data }: NdArray): Frame {
  const [rows, width = 1] = shape;
  if (rows === undefined || shape.length > 2) {
    throw badRequest(
      `the model answers ${shape.length} dimensions, which make no table; send the rows as inputs or instances`,
    );
  }
  const columns = Array.from({ length: width }, (_, k) => {
    if (width === 1) return column(0n, dtype, data as never);
    const cells = allocate(dtype, rows) as { [row: number]: unknown };
    for (let row = 0, at = k; row < rows; row++, at += width) cells[row] = data[at];
    return column(BigInt(k), dtype, cells as never);
  });
  return frame(rows, columns);
}

function castCells(dtype: Dtype, { type, data }: NativeTensor): Storage {
  const wanted = dtype === 'object' ? 'string' : dtype;
  if (wanted === type && type !== 'float16') return data as Storage;
  const cells = type === 'float16' ? halves(data as Uint16Array) : data;
  if (dtype === 'float64' && cells instanceof Float32Array) return new Float64Array(cells);
  const from = cells as unknown as ArrayLike<number | bigint>;
  const out = allocate(dtype, from.length) as unknown as { [at: number]: unknown };
  const convert = CASTS[dtype] ?? Number;
  for (let at = 0; at < from.length; at++) out[at] = convert(from[at] as number);
  return out as unknown as Storage;
}

const CASTS: Partial<Record<Dtype, (cell: number | bigint) => number | bigint>> = {
  bool: (cell) => (Number(cell) === 0 ? 0 : 1),
  int64: (cell) => BigInt(cell),
  uint64: (cell) => BigInt(cell),
};

const halves = ({ buffer, byteOffset, length }: Uint16Array): Float16Array =>
  new Float16Array(buffer, byteOffset, length);
