import { isFrame } from '../model/frame.ts';
import type { ModelOutput } from '../model/model-output.ts';
import { isNdArray } from '../model/nd-array.ts';
import { encodeArray } from './encode/encode-array.ts';
import { encodeFrame } from './encode/encode-frame.ts';
import { encodeValue } from './encode/encode-value.ts';

export interface EncodePredictionsOptions {
  /** Whether the answer goes under `predictions`; bodies for language models get it bare. */
  readonly wrapped: boolean;
}

/**
 * Write what a model returned as MLflow's answer: Python's JSON, blanks after commas and colons.
 *
 * NaN and infinities are bare words, so the answer need not be strict JSON.
 *
 * @throws {ServingError} INTERNAL_ERROR for what Python's encoder does not know: complex numbers,
 *   durations, a frame inside a list or dict
 * @see mlflow/utils/proto_json_utils.py, `NumpyEncoder` and `_get_jsonable_obj`
 */
export function encodePredictions(
  output: ModelOutput,
  { wrapped }: EncodePredictionsOptions,
): string {
  const text = encodeOutput(output);
  return wrapped ? `{"predictions": ${text}}` : text;
}

function encodeOutput(output: ModelOutput): string {
  if (isFrame(output)) return encodeFrame(output);
  return isNdArray(output) ? encodeArray(output, encodeValue) : encodeValue(output);
}
