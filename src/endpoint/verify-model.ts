import { DEFAULT_LIMITS } from '../invocation/limits.ts';
import { scoreInvocation } from '../invocation/score-invocation.ts';
import type { Predictor } from '../predictor/predictor.ts';
import type { ModelToVerify, Verification } from '../publish/publish-options.ts';
import type { ModelToOpen } from '../serving/load-model.ts';
import { readServingExample } from '../serving/model-files.ts';

/**
 * Open a model with the runtime that will serve it, and let it answer the example it was saved with.
 *
 * @param open as `createModelOpener` makes it
 * @param timeoutMs for the example
 * @throws {ServingError} NOT_IMPLEMENTED or INVALID_PARAMETER_VALUE when it cannot be opened
 */
export async function verifyModel(
  model: ModelToVerify,
  open: (model: ModelToOpen) => Promise<Predictor>,
  timeoutMs: number,
): Promise<Verification> {
  const { directory, version, mlmodel } = model;
  const predictor = await open(model);
  try {
    const body = await readServingExample(directory, mlmodel, DEFAULT_LIMITS.maxBodyBytes);
    if (body === undefined) return { example: 'absent' };
    const loaded = { version, mlmodel, predictor, residentBytes: 0 };
    await scoreInvocation({
      contentType: 'application/json',
      body,
      model: loaded,
      limits: DEFAULT_LIMITS,
      deadlineAtMs: Date.now() + timeoutMs,
    });
    return { example: 'passed' };
  } catch (exampleError) {
    return { example: 'failed', exampleError };
  } finally {
    await predictor.release();
  }
}
