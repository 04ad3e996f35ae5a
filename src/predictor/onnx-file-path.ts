import type { MlModel } from '../model/mlmodel.ts';
import { checkModelPath } from '../model/model-path.ts';

/**
 * Where the ONNX file lies in a model directory; undefined for a model of another flavor.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the MLmodel names a path outside its directory
 */
export function findOnnxFile({ flavors }: MlModel): string | undefined {
  const { onnx, catboost, python_function: python } = flavors;
  if (onnx !== undefined) {
    return checkModelPath(onnx['data'] ?? python?.['data'] ?? 'model.onnx', 'flavors.onnx.data');
  }
  if (catboost?.['save_format'] !== 'onnx') return undefined;
  return checkModelPath(catboost['data'] ?? 'model.cb', 'flavors.catboost.data');
}
