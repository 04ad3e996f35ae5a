import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MlModel } from '../model/mlmodel.ts';

/** What of a model is code, or may hold code. */
export interface PythonFlavor {
  /** For people: `sklearn, in a pickle`. */
  readonly text: string;
  /** Opening it unpickles; skops counts, because its list of types comes from the model itself, as in MLflow. */
  readonly isPickle: boolean;
}

type Settings = Readonly<Record<string, unknown>>;

/** Flavors whose files are pickles, however they were saved. @see mlflow/statsmodels, mlflow/pmdarima, mlflow/paddle, … */
const ALWAYS_PICKLES = ['sklearn', 'statsmodels', 'pmdarima', 'paddle', 'shap', 'fastai', 'dspy'];

/**
 * Say what Python would run to answer with a model, and whether it is a pickle.
 *
 * @see mlflow/pyfunc/model.py, `_load_context_model_and_signature`, and `_load_pyfunc` of each flavor
 */
export function describePythonFlavor(directory: string, { flavors }: MlModel): PythonFlavor {
  const pyfunc: Settings = flavors['python_function'] ?? {};
  const loader = String(pyfunc['loader_module'] ?? '');
  if (loader === 'mlflow.pyfunc.model') {
    const code = pyfunc['model_code_path'];
    return typeof code === 'string'
      ? { text: 'python_function, Python source that runs as it is', isPickle: false }
      : { text: 'python_function, a pickled Python object', isPickle: true };
  }
  const name = /^mlflow\.(\w+)/.exec(loader)?.[1];
  if (name === undefined)
    return { text: 'python_function, with a loader of its own', isPickle: false };
  const isPickle = isPickled(name, flavors[name] ?? {}, directory);
  return {
    text: isPickle ? `${name}, in a ${isSkops(flavors[name]) ? 'skops file' : 'pickle'}` : name,
    isPickle,
  };
}

const isSkops = (settings: Settings = {}): boolean => settings['serialization_format'] === 'skops';

function isPickled(name: string, settings: Settings, directory: string): boolean {
  if (ALWAYS_PICKLES.includes(name)) return true;
  const file = String(settings['data'] ?? settings['model_data'] ?? '');
  // The MLmodel does not tell; MLflow looks for an exported program first, and checks that it holds no pickle.
  if (name === 'pytorch') return !existsSync(join(directory, file, 'model.pt2'));
  return /\.(?:pkl|pickle|joblib|skops)$/i.test(file);
}
