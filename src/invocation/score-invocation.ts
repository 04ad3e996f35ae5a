import type { RawPredictor } from '../predictor/predictor.ts';
import { encodePredictions } from '../scoring/encode-predictions.ts';
import type { Invocation } from './invocation.ts';
import { type Predicted, predictInvocation } from './predict-invocation.ts';

/** The answer's text, and how many rows it is for. */
export interface Scored {
  readonly text: string;
  readonly rows: number;
}

/**
 * Score one body: parse → enforce → predict (`predictInvocation`) → encode; or all of it in the model's own process.
 *
 * @throws {ServingError} as `predictInvocation`, INTERNAL_ERROR for an output that JSON cannot carry
 */
export function scoreInvocation(invocation: Invocation): Scored | Promise<Scored> {
  const { predictor } = invocation.model;
  if (predictor.kind === 'raw') return scoreRaw(predictor, invocation);
  const predicted = predictInvocation(predictor, invocation);
  return predicted instanceof Promise ? predicted.then(encode) : encode(predicted);
}

const encode = ({ output, rows, wrapped }: Predicted): Scored => ({
  text: encodePredictions(output, { wrapped }),
  rows,
});

/** MLflow's own code does all of it, in the model's process. */
export const scoreRaw = (predictor: RawPredictor, invocation: Invocation): Promise<Scored> => {
  const { contentType, body, limits, hasTypedCsv, deadlineAtMs } = invocation;
  return predictor.score({
    contentType,
    body,
    maxRows: limits.maxRows,
    ...(hasTypedCsv !== undefined && { hasTypedCsv }),
    ...(deadlineAtMs !== undefined && { deadlineAtMs }),
  });
};
