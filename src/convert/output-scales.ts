import type { JsonValue } from '../model/json-value.ts';
import { visitFloats } from './compare-answers.ts';

const MOST_VALUES = 100_000;

/**
 * The usual size of the numbers in each output: the median of their absolute values.
 *
 * @param answers of the original, for ordinary rows
 * @returns by the path of the output without indices, as `AnswerTolerance` asks for it
 */
export function outputScales(answers: readonly JsonValue[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number[]>();
  for (const answer of answers) {
    visitFloats(answer, (output, float) => {
      const known = sizes.get(output) ?? [];
      sizes.set(output, known);
      if (Number.isFinite(float) && known.length < MOST_VALUES) known.push(Math.abs(float));
    });
  }
  return new Map([...sizes].map(([output, values]) => [output, median(values)]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
