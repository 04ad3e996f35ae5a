import type { Log } from '../log.ts';
import type { RawPredictor } from '../predictor/predictor.ts';
import { openPythonPredictor } from '../predictor/python/python-predictor.ts';
import type { WorkerEvent } from '../predictor/python/worker-event.ts';
import { checkPreparedEnvironment } from '../python-env/check-prepared-environment.ts';
import { ensurePythonEnvironment } from '../python-env/ensure-python-environment.ts';
import type { ModelToOpen } from '../serving/load-model.ts';
import { checkTrust } from '../trust/check-trust.ts';
import { registryOf } from '../trust/registry-of.ts';
import { createTrustList } from '../trust/trust-list.ts';
import type { ModelOpenerOptions } from './open-model.ts';

/**
 * Open a model with its own Python code: is that allowed, is its environment there, then start it.
 *
 * @throws {ServingError} PERMISSION_DENIED when its code may not run, and as `ensurePythonEnvironment`,
 *   `checkPreparedEnvironment` and `openPythonPredictor`
 */
export async function openPythonModel(
  model: ModelToOpen,
  options: ModelOpenerOptions,
): Promise<RawPredictor> {
  const { python, environment, log } = options;
  checkTrust({
    ...model,
    registry: registryOf(options.modelUri, environment),
    trust: createTrustList(python.trust),
    arePicklesAllowed: python.arePicklesAllowed,
  });
  return openPythonPredictor({
    python: await interpreterFor(model, options),
    directory: model.directory,
    network: python.isNetworkAllowed ? 'allow' : 'deny',
    startTimeoutMs: python.startTimeoutMs,
    environment,
    passedVariables: python.passedVariables,
    ...(python.memoryBytes !== undefined && { memoryBytes: python.memoryBytes }),
    ...(log && { onEvent: (event) => logEvent(log, event) }),
  });
}

/** Where an interpreter is named, nothing is installed: it has to be the right one. */
async function interpreterFor(model: ModelToOpen, options: ModelOpenerOptions): Promise<string> {
  const { directory, mlmodel } = model;
  const { python, environment, onProgress } = options;
  const signals = [model.signal, options.signal].filter((signal) => signal !== undefined);
  if (python.executable !== undefined) {
    await checkPreparedEnvironment({ python: python.executable, directory, mlmodel });
    return python.executable;
  }
  const found = await ensurePythonEnvironment({
    directory,
    mlmodel,
    environment,
    ...(python.environmentManager && { manager: python.environmentManager }),
    ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
    ...(onProgress && { onProgress }),
  });
  return found.python;
}

function logEvent(log: Log, event: WorkerEvent): void {
  switch (event.type) {
    case 'line':
      log.info(event.text, { stream: event.stream });
      return;
    case 'started': {
      const { type: _, ...facts } = event;
      log.info('Python process started', facts);
      return;
    }
    case 'ended':
      log.info('Python process ended', { pid: event.pid, reason: event.reason });
  }
}
