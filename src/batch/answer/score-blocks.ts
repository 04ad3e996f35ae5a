import type { RequestLimits } from '../../invocation/limits.ts';
import { column, frame } from '../../model/frame.ts';
import { castBlocks, type GuessedDtype } from '../../scoring/csv/cast-blocks.ts';
import type { CsvCells } from '../../scoring/csv/infer-cells.ts';
import { createBlockReading } from '../../scoring/csv/untyped-block.ts';
import type { LoadedModel } from '../../serving/loaded-model.ts';
import type { ColumnDtypes, RowsAnswer, RowsItem } from './rows-item.ts';
import { scoreFrame } from './score-frame.ts';

/** A thread does one item after the other. */
const readBlock = createBlockReading();

/**
 * Score some blocks of a CSV file as the rows of one request that they are a part of.
 *
 * @throws {ServingError} as `parseCsv`
 */
export async function scoreBlocks(
  item: RowsItem,
  model: LoadedModel,
  limits: RequestLimits,
): Promise<RowsAnswer> {
  const { table, blocks, rowCount, isLookedAtOnly } = item;
  const read = blocks.map((block) => readBlock(block, table));
  const columns = table.names.map((_, at) => read.map((block) => block.columns[at] as CsvCells));
  const dtypes = columns.map((parts) => [
    ...new Set(parts.map(({ dtype }) => dtype as GuessedDtype)),
  ]);
  const paddedCells = read.reduce((sum, block) => sum + block.paddedCells, 0);
  const wanted = item.dtypes ?? dtypes;
  if (isLookedAtOnly || !isWithin(dtypes, wanted)) return { dtypes, paddedCells, scored: NOTHING };
  const cast = columns.map((parts, at) => {
    const cells = castBlocks(parts, wanted[at] ?? []);
    return column(table.names[at] as string, cells.dtype, cells.data);
  });
  return { dtypes, paddedCells, scored: await scoreFrame(frame(rowCount, cast), model, limits) };
}

const NOTHING = { kind: 'nothing' } as const;

/** Whether all of these dtypes are among those. */
const isWithin = (these: ColumnDtypes, those: ColumnDtypes): boolean =>
  these.every((dtypes, at) => dtypes.every((dtype) => those[at]?.includes(dtype)));
