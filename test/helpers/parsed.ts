import type { ParsedPredictor, Predictor } from '../../src/predictor/predictor.ts';

/** The predictor as one that takes parsed input; throws for another kind. */
export function parsed(predictor: Predictor): ParsedPredictor {
  if (predictor.kind === 'parsed') return predictor;
  throw new Error('the predictor takes raw requests');
}
