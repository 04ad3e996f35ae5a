import { DEFAULT_LIMITS } from '../http/limits.ts';
import { scoreInvocation } from '../http/score-invocation.ts';
import { openPredictor } from '../predictor/open-predictor.ts';
import type { ModelToVerify, Verification } from '../publish/publish-options.ts';
import { readServingExample } from '../serving/model-files.ts';

/**
 * Open a model with the runtime that will serve it, and let it answer the example it was saved with.
 *
 * @throws {ServingError} NOT_IMPLEMENTED or INVALID_PARAMETER_VALUE when it cannot be opened
 */
export async function verifyModel(model: ModelToVerify): Promise<Verification> {
  const { directory, version, mlmodel } = model;
  const predictor = await openPredictor(directory, mlmodel);
  try {
    const body = await readServingExample(directory, mlmodel, DEFAULT_LIMITS.maxBodyBytes);
    if (body === undefined) return { example: 'absent' };
    const loaded = { version, mlmodel, predictor, residentBytes: 0 };
    await scoreInvocation({
      contentType: 'application/json',
      body,
      model: loaded,
      limits: DEFAULT_LIMITS,
    });
    return { example: 'passed' };
  } catch (exampleError) {
    return { example: 'failed', exampleError };
  } finally {
    await predictor.release();
  }
}
