import { initOnnxRuntime } from '../predictor/onnx/native-runtime.ts';
import type { RawPredictor } from '../predictor/predictor.ts';
import { openThreadedPredictor } from '../predictor/threads/threaded-predictor.ts';
import type { ModelToOpen } from '../serving/load-model.ts';
import { findThreadEntry } from './find-thread-entry.ts';
import type { ModelThreadData } from './model-thread.ts';
import type { ModelOpenerOptions, ThreadsOptions } from './open-model.ts';

/**
 * Open an ONNX model in threads.
 *
 * @throws {ServingError} as `openPredictor`
 */
export function openModelThreads(
  { directory, version }: ModelToOpen,
  options: ModelOpenerOptions & { readonly inThreads: ThreadsOptions },
): Promise<RawPredictor> {
  const { runtime, limits, inThreads } = options;
  initOnnxRuntime(); // here first: threads come and go, and what they set in the environment stays theirs
  const workerData: ModelThreadData = { directory, version, runtime, limits };
  return openThreadedPredictor({
    entry: findThreadEntry('model-thread'),
    workerData,
    ...inThreads,
    // As many large bodies as there are in the working threads.
    maxWaitingBytes: (1 + inThreads.size) * limits.maxBodyBytes,
  });
}
