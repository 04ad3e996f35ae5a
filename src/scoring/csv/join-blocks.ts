import type { PyValue } from '../../model/py-value.ts';
import type { CsvCells } from './infer-cells.ts';

/**
 * Join what the blocks of one column became, as pandas does with `low_memory`.
 *
 * Each block was read on its own, so dtypes can differ: numbers meet in float64, anything else
 * meets in object, where each cell stays what its block made of it.
 *
 * @see pandas/io/parsers/c_parser_wrapper.py, `_concatenate_chunks`
 */
export function joinBlocks(blocks: readonly CsvCells[]): CsvCells {
  const [first] = blocks;
  if (first !== undefined && blocks.length === 1) return first;
  const dtypes = new Set(blocks.map((block) => block.dtype));
  if (dtypes.size === 1) return joinEqual(blocks);
  if (dtypes.has('object') || dtypes.has('bool')) {
    return { dtype: 'object', data: blocks.flatMap(objectCells) };
  }
  const doubles = blocks.map((block) => Float64Array.from(block.data as number[], Number));
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
