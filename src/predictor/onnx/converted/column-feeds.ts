import { badRequest } from '../../../errors.ts';
import type {
  ColumnsInput,
  ConversionColumn,
  ConversionRefusal,
  NamedInput,
} from '../../../model/conversion.ts';
import { type Column, isFrame } from '../../../model/frame.ts';
import type { ModelInput } from '../../../model/model-input.ts';
import { isNdArray, type NdArray } from '../../../model/nd-array.ts';
import type { NativeTensor } from '../native-runtime.ts';
import { quote } from '../quote.ts';
import type { NativeFeeds } from '../to-feeds.ts';
import type { GraphInput } from '../to-tensor.ts';
import { columnNamed } from './frame-columns.ts';
import { numericCells } from './numeric-cells.ts';
import { type CellCheck, checkNumbers, checkTexts, compileRefusals } from './refusals.ts';
import { textCells } from './text-cells.ts';
import { allocateNumbers, numberTensor, writeNumbers } from './write-numbers.ts';

export type ToFeeds = (value: ModelInput) => NativeFeeds;

interface Part extends ConversionColumn {
  readonly type: GraphInput['type'];
  readonly check: CellCheck | undefined;
  readonly where: string;
}

/**
 * Make the mapping for a model that takes each column of a frame by itself.
 *
 * Shapes: columns of [N] become tensors of [N][1].
 *
 * @throws {ServingError} the mapping: BAD_REQUEST where the original raises
 */
export function createColumnFeeds(
  { columns }: ColumnsInput,
  typeOf: (input: string) => GraphInput['type'],
  refuses: readonly ConversionRefusal[],
): ToFeeds {
  const parts = partsOf(columns, typeOf, refuses, 'column');
  return (value) => {
    if (!isFrame(value)) {
      throw badRequest('the model takes its columns by name; send a table, no array');
    }
    const dims = [value.rowCount, 1];
    const feeds = Object.create(null) as NativeFeeds;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as Part;
      const at = value.columns[i];
      // Mostly the columns are where they were; whether a name is there twice is asked only if not.
      const column =
        at?.label === part.name && value.columns.length === parts.length
          ? at
          : columnNamed(value.columns, part.name);
      feeds[part.input] = toTensor(part, column, dims);
    }
    return feeds;
  };
}

/**
 * Make the mapping for a model that takes several arrays by name.
 *
 * @throws {ServingError} the mapping: BAD_REQUEST where the original raises
 */
export function createNamedFeeds(
  { inputs }: NamedInput,
  typeOf: (input: string) => GraphInput['type'],
  refuses: readonly ConversionRefusal[],
): ToFeeds {
  const parts = partsOf(inputs, typeOf, refuses, 'input');
  return (value) => {
    if (!(value instanceof Map) || value.size !== parts.length) throw wrongNames(parts);
    const feeds = Object.create(null) as NativeFeeds;
    for (const part of parts) {
      const array = value.get(part.name);
      if (!isNdArray(array)) throw wrongNames(parts);
      feeds[part.input] = toTensor(part, array, array.shape);
    }
    return feeds;
  };
}

function partsOf(
  columns: readonly ConversionColumn[],
  typeOf: (input: string) => GraphInput['type'],
  refuses: readonly ConversionRefusal[],
  word: string,
): Part[] {
  const checkOf = compileRefusals(refuses);
  return columns.map((column) => ({
    ...column,
    type: typeOf(column.input),
    check: checkOf(column.name),
    where: `${word} ${quote(column.name)}`,
  }));
}

const PARSED = { objects: 'parse', texts: 'parse' } as const;

function toTensor(
  { type, check, where, missing, nan, other, lower }: Part,
  source: Column | NdArray,
  dims: readonly number[],
): NativeTensor {
  if (type === 'string') {
    const texts = textCells(source, { missing, nan, other }, where);
    if (check !== undefined) checkTexts(check, texts, missing, where, nan);
    const data = lower === true ? texts.map((text) => text.toLowerCase()) : texts;
    return { type, dims, data, location: 'cpu' };
  }
  const cells = numericCells(source, PARSED, where);
  if (check !== undefined) checkNumbers(check, cells, 0, 1, where);
  if (source.dtype === type) return numberTensor(type, dims, cells);
  const out = allocateNumbers(type, cells.length);
  writeNumbers(type, cells, out, 0, 1, where);
  return numberTensor(type, dims, out);
}

const wrongNames = (parts: readonly Part[]) =>
  badRequest(
    `the model takes an object of arrays with just these names: ${parts.map(({ name }) => quote(name)).join(', ')}`,
  );
