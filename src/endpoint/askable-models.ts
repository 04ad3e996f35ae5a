import type { Environment, PythonConfiguration } from '../config/environment.ts';
import type { AskableModel } from '../convert/ask-original.ts';
import { ServingError } from '../errors.ts';
import { scoreInvocation } from '../invocation/score-invocation.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { openPredictor } from '../predictor/open-predictor.ts';
import type { Predictor, RawPredictor } from '../predictor/predictor.ts';
import { openPythonPredictor } from '../predictor/python/python-predictor.ts';
import type { ModelVersion } from '../registry/model-registry.ts';

/** Nobody to protect: the questions are ours. */
const NO_LIMITS = {
  maxBodyBytes: Number.POSITIVE_INFINITY,
  maxRows: Number.MAX_SAFE_INTEGER,
  maxDepth: 500,
};

/** A model that hangs on a question proves nothing; ms. */
const QUESTION_MS = 300_000;

/** The process, not the model, is at fault: nothing can be compared. */
const UNANSWERED = new Set(['TEMPORARILY_UNAVAILABLE', 'DEADLINE_EXCEEDED', 'REQUEST_TOO_LARGE']);

export interface OriginalToOpen {
  readonly directory: string;
  readonly mlmodel: MlModel;
  readonly version: ModelVersion;
  /** Interpreter of the model's own environment. */
  readonly interpreter: string;
  readonly python: PythonConfiguration;
  /** Where the variables are taken from that the model may see. */
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** The model as logged, answering by MLflow's own code. @throws {ServingError} as `openPythonPredictor` */
export async function openOriginal(original: OriginalToOpen): Promise<AskableModel> {
  const { directory, interpreter, python, signal } = original;
  const opening = openPythonPredictor({
    python: interpreter,
    directory,
    network: python.isNetworkAllowed ? 'allow' : 'deny',
    startTimeoutMs: python.startTimeoutMs,
    environment: original.environment,
    passedVariables: python.passedVariables,
    ...(python.memoryBytes !== undefined && { memoryBytes: python.memoryBytes }),
  });
  const model = askable(await orAborted(opening, signal), original, 'the original model');
  signal?.addEventListener('abort', () => void model.release().catch(() => {}), { once: true });
  return model;
}

/** A model that is still loading then is ended when it has loaded; the command does not wait for it. */
async function orAborted(opening: Promise<RawPredictor>, signal: AbortSignal | undefined) {
  if (signal === undefined) return opening;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => {
    reject(signal.reason);
    void opening.then((predictor) => predictor.release()).catch(() => {}); // nobody waits any more
  };
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([opening, aborted]).finally(() => signal.removeEventListener('abort', stop));
}

/** The converted model, answering as the Node runtime will. */
export async function openConverted(
  directory: string,
  mlmodel: MlModel,
  version: ModelVersion,
): Promise<AskableModel> {
  const predictor = await openPredictor(directory, mlmodel, { runtime: 'node' });
  return askable(predictor, { mlmodel, version }, 'the converted model');
}

function askable(
  predictor: Predictor,
  { mlmodel, version }: Pick<OriginalToOpen, 'mlmodel' | 'version'>,
  whose: string,
): AskableModel {
  const model = { version, mlmodel, predictor, residentBytes: 0 };
  let released: Promise<void> | undefined;
  return {
    async ask({ contentType, body }) {
      try {
        const deadlineAtMs = Date.now() + QUESTION_MS;
        const limits = NO_LIMITS;
        const { text } = await scoreInvocation({ contentType, body, model, limits, deadlineAtMs });
        return { status: 200, text };
      } catch (error) {
        if (!(error instanceof ServingError)) return { status: 500, code: 'INTERNAL_ERROR' };
        if (UNANSWERED.has(error.code)) throw unanswered(whose, error);
        return { status: error.status, code: error.code };
      }
    },
    release: () => (released ??= predictor.release()),
  };
}

const unanswered = (whose: string, cause: ServingError): ServingError =>
  new ServingError(
    'INTERNAL_ERROR',
    `${whose} could not be asked all questions, so nothing is proved: ${cause.message}`,
    { cause },
  );
