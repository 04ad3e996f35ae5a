import { badRequest, ServingError } from '../../errors.ts';
import type { Frame } from '../../model/frame.ts';
import { frame, isFrame } from '../../model/frame.ts';
import { frameToArray } from '../../model/frame-to-array.ts';
import type { ModelInput } from '../../model/model-input.ts';
import { isNdArray, type NdArray, ndArray } from '../../model/nd-array.ts';
import type { PyDict } from '../../model/py-value.ts';
import { frameToFloats } from './frame-to-floats.ts';
import type { NativeTensor } from './native-runtime.ts';
import { quote } from './quote.ts';
import { type GraphInput, toTensor } from './to-tensor.ts';

export type NativeFeeds = Record<string, NativeTensor>;

/**
 * Map what a request became to the graph's inputs, as MLflow's wrapper does.
 *
 * Shapes: a frame of C columns for a graph with one input is [N][C]; for several inputs the column
 *   of each name is [N]. Arrays keep their shape.
 *
 * @throws {ServingError} BAD_REQUEST when names or dtypes do not fit, INTERNAL_ERROR for one array
 *   where the graph has several inputs (MLflow's own status for it)
 * @see mlflow/onnx/__init__.py, `_OnnxModelWrapper.predict`
 */
export function toFeeds(inputs: readonly GraphInput[], value: ModelInput): NativeFeeds {
  if (isFrame(value)) return feedsFromFrame(inputs, value);
  if (isNdArray(value)) return feedsFromArray(inputs, value);
  if (value instanceof Map) return feedsFromDict(inputs, value);
  throw badRequest(
    `the model takes a table, one array or named arrays, the request is ${kindOf(value)}; send dataframe_split, dataframe_records, instances or inputs`,
  );
}

function feedsFromFrame(inputs: readonly GraphInput[], table: Frame): NativeFeeds {
  const feeds = emptyFeeds();
  const [first] = inputs;
  if (inputs.length === 1 && first) {
    feeds[first.name] = frameTensor(first, table);
    return feeds;
  }
  for (const input of inputs) feeds[input.name] = toTensor(input, columnArray(input.name, table));
  return feeds;
}

/** Shapes: C columns of [N] in, [N][C] out. */
function frameTensor(input: GraphInput, table: Frame): NativeTensor {
  const data = input.type === 'float32' ? frameToFloats(table) : undefined;
  if (data === undefined) return toTensor(input, frameToArray(table));
  const dims = [table.rowCount, table.columns.length];
  return { type: 'float32', dims, data, location: 'cpu' };
}

/** pandas' `frame[name].values`: 1-D, or 2-D when the name stands above several columns. */
function columnArray(name: string, table: Frame): NdArray {
  const found = table.columns.filter((column) => column.label === name);
  const [only] = found;
  if (only === undefined) {
    throw badRequest(`the model input ${quote(name)} is missing: expected a column of that name`);
  }
  if (found.length > 1) return frameToArray(frame(table.rowCount, found));
  return ndArray(only.dtype, [table.rowCount], only.data as never);
}

function feedsFromArray(inputs: readonly GraphInput[], array: NdArray): NativeFeeds {
  const [first] = inputs;
  if (inputs.length !== 1 || first === undefined) {
    const names = inputs.map(({ name }) => quote(name)).join(', ');
    throw new ServingError(
      'INTERNAL_ERROR',
      `one array cannot be mapped to the model's ${inputs.length} inputs; send an object of arrays or a table with ${names}`,
    );
  }
  const feeds = emptyFeeds();
  feeds[first.name] = toTensor(first, array);
  return feeds;
}

function feedsFromDict(inputs: readonly GraphInput[], dict: PyDict): NativeFeeds {
  const feeds = emptyFeeds();
  for (const input of inputs) {
    const value = dict.get(input.name);
    if (value === undefined) {
      const names = inputs.map(({ name }) => quote(name)).join(', ');
      throw badRequest(`the model input ${quote(input.name)} is missing; expected ${names}`);
    }
    if (!isNdArray(value)) {
      throw badRequest(`the model input ${quote(input.name)} takes an array, got ${kindOf(value)}`);
    }
    feeds[input.name] = toTensor(input, value);
  }
  if (dict.size > inputs.length) {
    throw badRequest(
      `the request names ${dict.size} inputs, the model has ${inputs.length}: ${inputs.map(({ name }) => quote(name)).join(', ')}`,
    );
  }
  return feeds;
}

/** Without a prototype, so that an input may have any name. */
const emptyFeeds = (): NativeFeeds => Object.create(null) as NativeFeeds;

const kindOf = (value: ModelInput | undefined): string => {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object'
    ? 'an object'
    : `one ${typeof value === 'string' ? 'text' : 'value'}`;
};
