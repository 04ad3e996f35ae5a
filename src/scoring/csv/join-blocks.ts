import type { PyValue } from '../../model/py-value.ts';
import type { CsvCells } from './infer-cells.ts';

/**
 * Join what the blocks of one column became, as pandas does with `low_memory`.
 *
 * Each block was read on its own, so dtypes can differ. Numbers meet in float64. Where one block is
 * text the cells stay what their blocks made of them; bools beside numbers turn into numbers, but
 * the column is object all the same.
 *
 * @see pandas/io/parsers/c_parser_wrapper.py, `_concatenate_chunks`; pandas/core/dtypes/concat.py
 */
export function joinBlocks(blocks: readonly CsvCells[]): CsvCells {
  const [first] = blocks;
  if (first !== undefined && blocks.length === 1) return first;
  const dtypes = new Set(blocks.map((block) => block.dtype));
  if (dtypes.size === 1) return joinEqual(blocks);
  if (dtypes.has('object')) return { dtype: 'object', data: blocks.flatMap(objectCells) };
  if (!dtypes.delete('bool')) return joinNumbers(blocks);
  const hasIntegersOnly = dtypes.size === 1 && !dtypes.has('float64');
  const data = blocks.flatMap(({ data: cells }) =>
    Array.from<number | bigint, PyValue>(cells as number[], hasIntegersOnly ? BigInt : Number),
  );
  return { dtype: 'object', data };
}

function joinNumbers(blocks: readonly CsvCells[]): CsvCells {
  const doubles = blocks.map(({ data }) => Float64Array.from(data as number[], Number));
  return { dtype: 'float64', data: joinStorage(doubles, new Float64Array(countCells(blocks))) };
}

const countCells = (blocks: readonly CsvCells[]): number =>
  blocks.reduce((count, block) => count + block.data.length, 0);

function joinEqual(blocks: readonly CsvCells[]): CsvCells {
  const dtype = (blocks[0] as CsvCells).dtype;
  const parts = blocks.map((block) => block.data);
  if (dtype === 'object') return { dtype, data: (parts as PyValue[][]).flat() };
  const data = joinStorage(parts as TypedArray[], createStorage[dtype](countCells(blocks)));
  return { dtype, data } as CsvCells;
}

type TypedArray = Exclude<CsvCells['data'], PyValue[]>;

const createStorage = {
  int32: (length: number) => new Int32Array(length),
  int64: (length: number) => new BigInt64Array(length),
  uint64: (length: number) => new BigUint64Array(length),
  float32: (length: number) => new Float32Array(length),
  float64: (length: number) => new Float64Array(length),
  bool: (length: number) => new Uint8Array(length),
} as const satisfies Record<Exclude<CsvCells['dtype'], 'object'>, (length: number) => TypedArray>;

function joinStorage<T extends TypedArray>(parts: readonly TypedArray[], joined: T): T {
  let at = 0;
  for (const part of parts) {
    joined.set(part as never, at);
    at += part.length;
  }
  return joined;
}

function objectCells({ dtype, data }: CsvCells): PyValue[] {
  if (dtype === 'bool') return Array.from(data, (value) => value === 1);
  if (dtype === 'int32') return Array.from(data, BigInt);
  return Array.from<PyValue>(data as ArrayLike<PyValue>);
}
