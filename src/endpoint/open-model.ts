import type { Configuration } from '../config/environment.ts';
import type { RequestLimits } from '../invocation/limits.ts';
import type { Log } from '../log.ts';
import { findRuntime } from '../predictor/find-runtime.ts';
import { openPredictor } from '../predictor/open-predictor.ts';
import type { Predictor } from '../predictor/predictor.ts';
import type { EnvironmentProgress } from '../python-env/python-environment.ts';
import type { ModelToOpen } from '../serving/load-model.ts';

export interface ModelOpenerOptions
  extends Pick<Configuration, 'runtime' | 'python' | 'environment'> {
  /** What models are looked up by: a registry that is trusted may let their code run. */
  readonly modelUri: string;
  readonly limits: RequestLimits;
  /** ONNX models are opened in threads. @default in this one */
  readonly inThreads?: ThreadsOptions | undefined;
  /** What Python code prints goes here. @default nowhere */
  readonly log?: Log;
  /** Told while a Python environment is made. */
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  /** Ends the making of one. */
  readonly signal?: AbortSignal;
}

export interface ThreadsOptions {
  readonly size: number;
  /** Requests that may wait for them. */
  readonly maxWaiting: number;
}

/** Opens models with ONNX Runtime, or with Python; the code for Python is loaded with the first model that needs it. */
export function createModelOpener(
  options: ModelOpenerOptions,
): (model: ModelToOpen) => Promise<Predictor> {
  const { runtime, inThreads } = options;
  return async (model) => {
    const found = findRuntime(model.mlmodel, runtime);
    if (inThreads !== undefined && found !== undefined && found !== 'python') {
      const { openModelThreads } = await import('./model-threads.ts');
      return openModelThreads(model, { ...options, inThreads });
    }
    return openPredictor(model.directory, model.mlmodel, {
      runtime,
      openPython: async () => {
        const { openPythonModel } = await import('./open-python-model.ts');
        return openPythonModel(model, options);
      },
    });
  };
}
