import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { findRuntime, type RuntimeSetting } from './find-runtime.ts';
import type { Predictor } from './predictor.ts';

export interface RuntimeOptions {
  /** @default 'auto' */
  readonly runtime?: RuntimeSetting;
  /** Open the model with Python, if its code may run. @default there is no Python */
  readonly openPython?: () => Promise<Predictor>;
}

/**
 * Open the model in `directory` with the runtime that its flavors call for.
 *
 * The runtime's code, native library included, is loaded only now.
 *
 * @throws {ServingError} NOT_IMPLEMENTED naming the flavors when there is no runtime for any of them,
 *   else whatever the runtime threw
 */
export async function openPredictor(
  directory: string,
  mlmodel: MlModel,
  { runtime = 'auto', openPython }: RuntimeOptions = {},
): Promise<Predictor> {
  const found = findRuntime(mlmodel, runtime);
  if (found === 'python' && openPython !== undefined) return openPython();
  if (found === 'onnx' && mlmodel.flavors['onnx']?.['conversion'] !== undefined) {
    const { openConvertedPredictor } = await import('./onnx/converted-predictor.ts');
    return openConvertedPredictor(directory, mlmodel);
  }
  if (found === 'onnx') {
    const { openOnnxPredictor } = await import('./onnx/onnx-predictor.ts');
    return openOnnxPredictor(directory, mlmodel);
  }
  if (found === 'catboost-onnx') {
    const { openCatBoostPredictor } = await import('./onnx/catboost-predictor.ts');
    return openCatBoostPredictor(directory, mlmodel);
  }
  throw unsupported(Object.keys(mlmodel.flavors), runtime);
}

function unsupported(flavors: readonly string[], runtime: RuntimeSetting): ServingError {
  const names = flavors.filter((name) => name !== 'python_function');
  const found = names.length > 0 ? names.join(', ') : 'python_function';
  const python = runtime === 'node' ? ', or let Python answer with --runtime auto' : '';
  return new ServingError(
    'NOT_IMPLEMENTED',
    `the model's flavor is ${found.slice(0, 80)}; only onnx can be served: convert it with mlflow-serverless convert, if there is a converter for it${python}`,
  );
}
