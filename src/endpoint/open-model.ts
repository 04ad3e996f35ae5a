import type { Configuration } from '../config/environment.ts';
import type { Log } from '../log.ts';
import { openPredictor } from '../predictor/open-predictor.ts';
import type { Predictor } from '../predictor/predictor.ts';
import type { EnvironmentProgress } from '../python-env/python-environment.ts';
import type { ModelToOpen } from '../serving/load-model.ts';

export interface ModelOpenerOptions
  extends Pick<Configuration, 'runtime' | 'python' | 'environment'> {
  /** What models are looked up by: a registry that is trusted may let their code run. */
  readonly modelUri: string;
  /** What Python code prints goes here. @default nowhere */
  readonly log?: Log;
  /** Told while a Python environment is made. */
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  /** Ends the making of one. */
  readonly signal?: AbortSignal;
}

/** Opens models with ONNX Runtime, or with Python; the code for Python is loaded with the first model that needs it. */
export function createModelOpener(
  options: ModelOpenerOptions,
): (model: ModelToOpen) => Promise<Predictor> {
  return (model) =>
    openPredictor(model.directory, model.mlmodel, {
      runtime: options.runtime,
      openPython: async () => {
        const { openPythonModel } = await import('./open-python-model.ts');
        return openPythonModel(model, options);
      },
    });
}
