import { ServingError } from '../../errors.ts';
import type { RequestLimits } from '../../invocation/limits.ts';
import { predictTable } from '../../invocation/predict-invocation.ts';
import type { Frame } from '../../model/frame.ts';
import type { LoadedModel } from '../../serving/loaded-model.ts';
import type { ScoredPart } from './rows-item.ts';
import { toAnswerPart } from './to-answer-part.ts';

/** Score some rows of a request as the part of its answer that they are. */
export async function scoreFrame(
  rows: Frame,
  model: LoadedModel,
  requestLimits: RequestLimits,
): Promise<ScoredPart> {
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
