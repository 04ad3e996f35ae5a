import { ServingError } from '../../errors.ts';
import type { RequestLimits } from '../../invocation/limits.ts';
import { predictTable } from '../../invocation/predict-invocation.ts';
import { column, type Frame, frame } from '../../model/frame.ts';
import { castBlocks, type GuessedDtype } from '../../scoring/csv/cast-blocks.ts';
import type { CsvCells } from '../../scoring/csv/infer-cells.ts';
import { createBlockReading } from '../../scoring/csv/untyped-block.ts';
import type { LoadedModel } from '../../serving/loaded-model.ts';
import type { ColumnDtypes, RowsAnswer, RowsItem } from './rows-item.ts';
import { toAnswerPart } from './to-answer-part.ts';

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
  return { dtypes, paddedCells, scored: await score(frame(rowCount, cast), model, limits) };
}

const NOTHING = { kind: 'nothing' } as const;

async function score(
  rows: Frame,
  model: LoadedModel,
  requestLimits: RequestLimits,
): Promise<RowsAnswer['scored']> {
  const { predictor } = model;
  if (predictor.kind === 'raw') return { kind: 'other answer' };
  const limits = { ...requestLimits, maxRows: Number.MAX_SAFE_INTEGER };
  try {
    const { output } = await predictTable(rows, predictor, { model, limits });
    const part = toAnswerPart(output, rows.rowCount);
    return part === undefined ? { kind: 'other answer' } : { kind: 'part', part };
  } catch (error) {
    // Not the end: with rows that follow they may be of other dtypes.
    if (!(error instanceof ServingError)) throw error;
    return { kind: 'refused', code: error.code, message: error.message };
  }
}

/** Whether all of these dtypes are among those. */
const isWithin = (these: ColumnDtypes, those: ColumnDtypes): boolean =>
  these.every((dtypes, at) => dtypes.every((dtype) => those[at]?.includes(dtype)));
