import { badRequest } from '../../../errors.ts';
import type { ArrayInput, ConversionRefusal } from '../../../model/conversion.ts';
import { type Frame, isFrame } from '../../../model/frame.ts';
import type { ModelInput } from '../../../model/model-input.ts';
import { isNdArray, type NdArray, ndArray } from '../../../model/nd-array.ts';
import type { NativeTensor } from '../native-runtime.ts';
import type { GraphInput } from '../to-tensor.ts';
import { orderedColumns } from './frame-columns.ts';
import { type NumberPolicy, numericCells } from './numeric-cells.ts';
import { type CellCheck, checkNumbers, checkTexts, compileRefusals } from './refusals.ts';
import { textCells } from './text-cells.ts';
import { allocateNumbers, numberTensor, writeNumbers } from './write-numbers.ts';

/** A request's input as the one tensor of a graph. */
export type ToTensor = (value: ModelInput) => NativeTensor;

/**
 * Make the mapping for a model that takes one array.
 *
 * Shapes: a frame of C columns of [N] is [N][C]; arrays keep theirs, but a list of texts or numbers
 *   for a graph of [N][1] is a column.
 *
 * @throws {ServingError} the mapping: BAD_REQUEST where the original raises
 */
export function createArrayFeed(
  input: ArrayInput,
  graph: GraphInput,
  refuses: readonly ConversionRefusal[],
): ToTensor {
  const checkOf = compileRefusals(refuses);
  const checks = new Map<number, CellCheck | undefined>();
  const checkAt = (position: number): CellCheck | undefined => {
    if (refuses.length === 0) return undefined;
    if (!checks.has(position)) {
      checks.set(position, checkOf(input.columns?.[position] ?? `${position}`, `${position}`));
    }
    return checks.get(position);
  };
  const anyCheck = compileRefusals(refuses.filter(({ column }) => column === '*'))('*');
  const isSameEverywhere = refuses.every(({ column }) => column === '*');
  const frames: NumberPolicy = { objects: input.objects ?? 'parse', texts: 'parse' };
  const arrays: NumberPolicy = {
    objects: 'parse',
    texts: input.text_arrays ?? 'refuse',
  };

  function fromFrame(table: Frame): NativeTensor {
    if (input.rank === 1) throw badRequest('the model takes a list, the request is a table');
    const columns = orderedColumns(input, table);
    const dims = [table.rowCount, columns.length];
    const { type } = graph;
    if (type === 'string') return frameTexts(dims, columns);
    const out = allocateNumbers(type, table.rowCount * columns.length);
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as Frame['columns'][number];
      const where = columnName(column.label);
      const cells = numericCells(column, frames, where);
      const check = checkAt(i);
      if (check !== undefined) checkNumbers(check, cells, 0, 1, where);
      writeNumbers(type, cells, out, i, columns.length, where);
    }
    return numberTensor(type, dims, out);
  }

  function frameTexts(dims: readonly number[], columns: Frame['columns']): NativeTensor {
    const data = new Array<string>((dims[0] as number) * columns.length);
    columns.forEach((column, i) => {
      const where = columnName(column.label);
      const texts = textCells(column, {}, where);
      const check = checkAt(i);
      if (check !== undefined) checkTexts(check, texts, undefined, where);
      texts.forEach((text, row) => {
        data[row * columns.length + i] = text;
      });
    });
    return { type: 'string', dims, data, location: 'cpu' };
  }

  function fromArray(array: NdArray): NativeTensor {
    checkKind(array);
    const { type } = graph;
    const isList = array.shape.length === 1 && graph.shape.length === 2 && input.rank === 1;
    const dims = isList ? [array.shape[0] as number, 1] : array.shape;
    const where = 'the array';
    if (type === 'string') {
      const data = textCells(array, {}, where);
      if (anyCheck !== undefined) checkTexts(anyCheck, data, undefined, where);
      return { type, dims, data, location: 'cpu' };
    }
    const cells = numericCells(array, arrays, where);
    const width = dims.length === 2 ? (dims[1] as number) : 1;
    if (isSameEverywhere) {
      if (anyCheck !== undefined) checkNumbers(anyCheck, cells, 0, 1, where);
    } else {
      for (let i = 0; i < width; i++) {
        const check = checkAt(i);
        if (check !== undefined) checkNumbers(check, cells, i, width, `column ${i}`);
      }
    }
    if (array.dtype === type) return numberTensor(type, dims, cells);
    const out = allocateNumbers(type, cells.length);
    writeNumbers(type, cells, out, 0, 1, where);
    return numberTensor(type, dims, out);
  }

  function checkKind({ dtype, shape }: NdArray): void {
    if (input.arrays === 'refuse') {
      throw badRequest('the model knows its columns by name; send a table, no array');
    }
    if (input.arrays === 'same' && dtype !== input.dtype) {
      throw badRequest(`the model takes an array of ${input.dtype}, the request gave ${dtype}`);
    }
    if (input.rank !== undefined && shape.length !== input.rank) {
      throw badRequest(
        `the model takes arrays of ${input.rank} dimensions, the request gave ${shape.length}`,
      );
    }
    if (input.columns !== undefined && shape.length === 2 && shape[1] !== input.columns.length) {
      throw badRequest(
        `the model takes ${input.columns.length} columns, the request gave ${shape[1]}`,
      );
    }
  }

  return (value) => {
    if (isFrame(value)) return fromFrame(value);
    const array = value instanceof Map ? onlyArray(value, input.name) : value;
    if (isNdArray(array)) return fromArray(array);
    if (typeof array === 'number' && input.rank === undefined) {
      return fromArray(ndArray('float64', [], Float64Array.of(array)));
    }
    throw badRequest('the model takes a table or one array');
  };
}

function onlyArray(dict: Map<string, unknown>, name: string | undefined): ModelInput | undefined {
  if (name === undefined || dict.size !== 1) return undefined;
  return dict.get(name) as ModelInput | undefined;
}

const columnName = (label: Frame['columns'][number]['label']): string =>
  typeof label === 'string' ? `column ${JSON.stringify(label.slice(0, 80))}` : `column ${label}`;
