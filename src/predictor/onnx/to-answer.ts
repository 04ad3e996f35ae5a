import { badRequest } from '../../errors.ts';
import { type Column, column, type Frame, frame } from '../../model/frame.ts';
import { type NdArray, ndArray } from '../../model/nd-array.ts';
import type { PackedDicts } from '../../model/packed-dicts.ts';
import type { PyDict, PyValue } from '../../model/py-value.ts';
import type { NativeTensor } from './native-runtime.ts';
import type { MapsPlan, OutputPlan } from './output-plan.ts';
import { quote } from './quote.ts';

export type NativeResults = Readonly<Record<string, NativeTensor>>;

/**
 * Answer a frame: one column per output, each output flattened.
 *
 * Shapes: an output of [N][K] becomes N·K rows; all outputs must have as many cells, as pandas demands.
 *
 * @throws {ServingError} BAD_REQUEST when they have not
 * @see mlflow/onnx/__init__.py, `format_output`
 */
export function frameAnswer(plan: readonly OutputPlan[], results: NativeResults): Frame {
  const columns = plan.map((output) => outputColumn(output, results));
  const sizes = columns.map(({ cells }) => cells);
  const rowCount = sizes[0] ?? 0;
  if (sizes.some((size) => size !== rowCount)) {
    const list = plan.map(({ name }, i) => `${quote(name)} ${sizes[i]}`).join(', ');
    throw badRequest(
      `the model's outputs have different numbers of values (${list}) and cannot be answered as one table; send the rows as inputs or instances, or log the model with a tensor signature`,
    );
  }
  return frame(
    rowCount,
    columns.map(({ result }) => result),
  );
}

/** Answer arrays: outputs by name in the graph's order, shapes kept. */
export function dictAnswer(plan: readonly OutputPlan[], results: NativeResults): PyDict {
  return new Map(plan.map((output) => [output.name, outputValue(output, results)]));
}

function outputColumn(output: OutputPlan, results: NativeResults) {
  const { name } = output;
  if (output.kind === 'maps') {
    const maps = packedDicts(output, tensorOf(results, name));
    const cells = maps.values.shape[0] as number;
    return { cells, result: column(name, 'object', maps) };
  }
  const array =
    output.kind === 'tensor'
      ? toNdArray(tensorOf(results, name))
      : stacked(name, partsOf(output.parts, results));
  return { cells: array.data.length, result: flatColumn(name, array) };
}

const flatColumn = (name: string, { dtype, data }: NdArray): Column =>
  column(name, dtype, data as never);

function outputValue(output: OutputPlan, results: NativeResults): PyValue {
  switch (output.kind) {
    case 'tensor':
      return toNdArray(tensorOf(results, output.name));
    case 'list':
      return partsOf(output.parts, results);
    case 'maps':
      return unpacked(packedDicts(output, tensorOf(results, output.name)));
  }
}

const tensorOf = (results: NativeResults, name: string): NativeTensor =>
  results[name] as NativeTensor;

const partsOf = (parts: readonly string[], results: NativeResults): NdArray[] =>
  parts.map((part) => toNdArray(tensorOf(results, part)));

/** Shapes are kept; text becomes an object array, as numpy has it from ORT. */
function toNdArray({ type, dims, data }: NativeTensor): NdArray {
  if (type === 'string') return ndArray('object', dims, data as string[]);
  if (type !== 'float16') return ndArray(type, dims, data as never);
  const { buffer, byteOffset, byteLength } = data as Uint16Array;
  return ndArray('float16', dims, new Float16Array(buffer, byteOffset, byteLength / 2));
}

/**
 * Lists of arrays as numpy's `asarray` stacks them: all shapes must be the same.
 *
 * @throws {ServingError} BAD_REQUEST when they are not
 */
function stacked(name: string, parts: readonly NdArray[]): NdArray {
  const [first] = parts;
  if (first === undefined) return ndArray('float64', [0], new Float64Array(0));
  if (parts.some(({ shape }) => shape.join() !== first.shape.join())) {
    throw badRequest(
      `the arrays in the model output ${quote(name)} differ in shape and cannot be answered as one column; send the rows as inputs or instances`,
    );
  }
  const cells = parts.flatMap(({ data }) => Array.from(data as ArrayLike<PyValue>));
  if (first.dtype === 'object') return ndArray('object', [cells.length], cells);
  const typed = first.data.constructor as unknown as { from(cells: readonly PyValue[]): never };
  return ndArray(first.dtype, [cells.length], typed.from(cells));
}

/**
 * Rebuild what ZipMap would have returned, without making a dict per row.
 *
 * Shapes: scores are [N][K], or [K] for one row; the result is [N][keys].
 *
 * @throws {ServingError} BAD_REQUEST where ZipMap itself fails
 * @see onnxruntime/core/providers/cpu/ml/zipmap.cc
 */
function packedDicts(plan: MapsPlan, { dims, data }: NativeTensor): PackedDicts {
  const width = dims.at(-1);
  if (dims.length > 2 || width !== plan.width) {
    throw badRequest(
      `the model output ${quote(plan.name)} has ${plan.width} class labels for scores of shape [${dims.join(', ')}]; convert the model again`,
    );
  }
  const scores = data as Float32Array;
  const rows = dims.length === 2 ? (dims[0] as number) : 1;
  const { keys, columns } = plan;
  const isInOrder = columns.length === width && columns.every((from, to) => from === to);
  const values = isInOrder ? scores : picked(scores, columns, rows, width);
  return {
    kind: 'packed-dicts',
    keys,
    values: ndArray('float32', [rows, keys.length], values),
  };
}

/** Shapes: [rows][width] in, [rows][columns] out. */
function picked(scores: Float32Array, columns: readonly number[], rows: number, width: number) {
  const result = new Float32Array(rows * columns.length);
  for (let row = 0, at = 0; row < rows; row++) {
    for (const from of columns) result[at++] = scores[row * width + from] as number;
  }
  return result;
}

function unpacked({ keys, values }: PackedDicts): PyDict[] {
  const [rows = 0, width = 0] = values.shape;
  const cells = values.data as Float32Array;
  return Array.from(
    { length: rows },
    (_, row) => new Map(keys.map((key, i) => [key, cells[row * width + i] as number])),
  );
}
