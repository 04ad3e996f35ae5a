import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import type { Predictor } from './predictor.ts';

/**
 * Open the model in `directory` with the runtime that its flavors call for.
 *
 * The runtime's code, native library included, is loaded only now.
 *
 * @throws {ServingError} NOT_IMPLEMENTED naming the flavors when there is no runtime for any of them,
 *   else whatever the runtime threw
 */
export async function openPredictor(directory: string, mlmodel: MlModel): Promise<Predictor> {
  const { flavors } = mlmodel;
  if (flavors['onnx'] !== undefined) {
    const { openOnnxPredictor } = await import('./onnx/onnx-predictor.ts');
    return openOnnxPredictor(directory, mlmodel);
  }
  // CatBoost can save a model as ONNX under its own flavor's name.
  if (flavors['catboost']?.['save_format'] === 'onnx') {
    const { openCatBoostPredictor } = await import('./onnx/catboost-predictor.ts');
    return openCatBoostPredictor(directory, mlmodel);
  }
  throw unsupported(Object.keys(flavors));
}

function unsupported(flavors: readonly string[]): ServingError {
  const names = flavors.filter((name) => name !== 'python_function');
  const found = names.length > 0 ? names.join(', ') : 'python_function';
  return new ServingError(
    'NOT_IMPLEMENTED',
    `the model's flavor is ${found.slice(0, 80)}; only onnx can be served: convert it (skl2onnx and onnxmltools do most) and log it with mlflow.onnx.log_model`,
  );
}
