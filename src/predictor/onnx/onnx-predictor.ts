import { join } from 'node:path';
import { isFrame } from '../../model/frame.ts';
import type { MlModel } from '../../model/mlmodel.ts';
import type { ModelInput } from '../../model/model-input.ts';
import type { ModelOutput } from '../../model/model-output.ts';
import { checkModelPath } from '../../model/model-path.ts';
import type { ParsedPredictor } from '../predictor.ts';
import { openSession } from './open-session.ts';
import { isRowLocal } from './row-local/is-row-local.ts';
import { sessionOptions, type ThreadDefaults } from './session-options.ts';
import { dictAnswer, frameAnswer } from './to-answer.ts';
import { toFeeds } from './to-feeds.ts';
import { warmUp } from './warm-up.ts';

export interface OnnxPredictorOptions extends ThreadDefaults {
  /** @default true - one run on zeros while opening; 1 to 2 ms that the first request saves */
  readonly isWarmedUp?: boolean;
}

/**
 * Open the ONNX model of a model directory and answer as MLflow's wrapper of it.
 *
 * `predict` works synchronously on this thread: there is nothing to wait for, and a promise would
 * cost more than a small model's run.
 *
 * @param directory the downloaded model directory, whole: weights may lie beside the model file
 * @throws {ServingError} INVALID_PARAMETER_VALUE or NOT_IMPLEMENTED, one line with cause and fix
 * @see mlflow/onnx/__init__.py, `_OnnxModelWrapper`
 */
export async function openOnnxPredictor(
  directory: string,
  mlmodel: MlModel,
  options: OnnxPredictorOptions = {},
): Promise<ParsedPredictor> {
  const flavor = mlmodel.flavors['onnx'] ?? {};
  const path = join(directory, checkModelPath(dataOf(mlmodel), 'flavors.onnx.data'));
  const settings = sessionOptions(flavor, options);
  const session = openSession(path, settings);
  if (options.isWarmedUp ?? true) warmUp(session);
  const { inputs, plan } = session;
  return {
    kind: 'parsed',
    predict(input: ModelInput): ModelOutput {
      const results = session.run(toFeeds(inputs, input));
      return isFrame(input) ? frameAnswer(plan, results) : dictAnswer(plan, results);
    },
    isRowLocal: () => isRowLocal(path, settings),
    release: async () => session.release(),
  };
}

function dataOf({ flavors }: MlModel): unknown {
  return flavors['onnx']?.['data'] ?? flavors['python_function']?.['data'] ?? 'model.onnx';
}
