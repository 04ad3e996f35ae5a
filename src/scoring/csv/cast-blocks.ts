import type { CsvCells } from './infer-cells.ts';
import { joinBlocks } from './join-blocks.ts';

/** What pandas guesses of a block of cells. */
export type GuessedDtype = 'int64' | 'uint64' | 'float64' | 'bool' | 'object';

const NO_CELLS: Readonly<Record<GuessedDtype, CsvCells>> = {
  int64: { dtype: 'int64', data: new BigInt64Array() },
  uint64: { dtype: 'uint64', data: new BigUint64Array() },
  float64: { dtype: 'float64', data: new Float64Array() },
  bool: { dtype: 'bool', data: new Uint8Array() },
  object: { dtype: 'object', data: [] },
};

/**
 * Join some blocks of a column to what they are in the whole column, whose blocks have `dtypes`.
 *
 * @param dtypes those of the given blocks among them
 */
export const castBlocks = (
  blocks: readonly CsvCells[],
  dtypes: Iterable<GuessedDtype>,
): CsvCells => {
  const present = new Set<string>(blocks.map(({ dtype }) => dtype));
  const absent = [...dtypes].filter((dtype) => !present.has(dtype));
  return joinBlocks([...blocks, ...absent.map((dtype) => NO_CELLS[dtype])]);
};
