import type { ModelInput } from '../model/model-input.ts';
import type { ModelOutput } from '../model/model-output.ts';
import type { PyDict } from '../model/py-value.ts';

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
