import type { MlModel } from '../model/mlmodel.ts';

/** What is wanted: `auto` is Python only where there is no ONNX. */
export type RuntimeSetting = 'auto' | 'node' | 'python';

/** What answers for a model. CatBoost can save one as ONNX under its own flavor's name. */
export type Runtime = 'onnx' | 'catboost-onnx' | 'python';

/** What would answer for a model, if it may; undefined when nothing can. */
export function findRuntime(
  { flavors }: MlModel,
  setting: RuntimeSetting = 'auto',
): Runtime | undefined {
  if (setting !== 'python') {
    if (flavors['onnx'] !== undefined) return 'onnx';
    if (flavors['catboost']?.['save_format'] === 'onnx') return 'catboost-onnx';
  }
  return setting === 'node' || flavors['python_function'] === undefined ? undefined : 'python';
}
