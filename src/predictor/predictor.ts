import type { Frame } from '../model/frame.ts';
import type { NdArray } from '../model/nd-array.ts';
import type { PyDict, PyValue } from '../model/py-value.ts';

/** What MLflow hands to a model after parsing and schema enforcement. */
export type ModelInput = Frame | PyValue;

/** What a model returns: a frame, a dict of arrays, or any Python value. */
export type ModelOutput = Frame | PyValue;

/** Named arrays: the feeds of an ONNX session. */
export type Feeds = Map<string, NdArray>;

/** An open model that takes parsed input. Other runtimes get the raw request (`RawPredictor`, later). */
export interface Predictor {
  readonly kind: 'parsed';
  /**
   * Run the model once.
   *
   * @throws {ServingError} BAD_REQUEST when the runtime rejects the input,
   *   INTERNAL_ERROR where MLflow's wrapper raises an MlflowException
   */
  predict(input: ModelInput, params: PyDict | null): ModelOutput | Promise<ModelOutput>;
  /** Give the memory back. Called once, after the last request is done. */
  release(): Promise<void>;
}
