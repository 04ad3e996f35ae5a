import { ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';

const PYTHON = 'serve it with runtime: python';

/**
 * The flavor that a converter is for: the one that MLflow itself would load the model with.
 *
 * @param known flavors that there is a converter for
 * @throws {ServingError} RESOURCE_ALREADY_EXISTS for a model that is ONNX, NOT_IMPLEMENTED for a flavor without
 *   converter; both say what to do instead
 */
export function convertibleFlavor({ flavors }: MlModel, known: readonly string[]): string {
  if (flavors['onnx'] !== undefined || flavors['catboost']?.['save_format'] === 'onnx') {
    const isConverted = flavors['onnx']?.['conversion'] !== undefined;
    throw new ServingError(
      'RESOURCE_ALREADY_EXISTS',
      isConverted
        ? 'the model has been converted already: serve or publish it as it is'
        : 'the model is ONNX already, there is nothing to convert: serve or publish it as it is',
    );
  }
  const loader = String(flavors['python_function']?.['loader_module'] ?? '');
  const flavor = /^mlflow\.(\w+)$/.exec(loader)?.[1];
  if (flavor !== undefined && known.includes(flavor)) return flavor;
  const names = Object.keys(flavors).filter((name) => name !== 'python_function');
  const found =
    loader.startsWith('mlflow.pyfunc') || names.length === 0 ? 'python_function' : names.join(', ');
  throw new ServingError(
    'NOT_IMPLEMENTED',
    `the model's flavor is ${found.slice(0, 80)}, for which there is no converter to ONNX (there are ${known.join(', ')}): ${PYTHON}`,
  );
}
