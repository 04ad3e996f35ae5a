import { isFrame } from '../model/frame.ts';
import type { ModelInput } from '../model/model-input.ts';
import { isNdArray } from '../model/nd-array.ts';

/**
 * How many rows an input has: of a frame its own, of an array and of named arrays the first
 * dimension, of anything else one.
 */
export function countRows(input: ModelInput): number {
  if (isFrame(input)) return input.rowCount;
  if (isNdArray(input)) return input.shape[0] ?? 1;
  if (Array.isArray(input)) return input.length;
  if (!(input instanceof Map)) return 1;
  const first = input.values().next().value;
  return isNdArray(first) || Array.isArray(first) ? countRows(first) : 1;
}
