import { parentPort, workerData } from 'node:worker_threads';
import type { RequestLimits } from '../invocation/limits.ts';
import { scoreInvocation } from '../invocation/score-invocation.ts';
import { parseMlModel } from '../model/parse-mlmodel.ts';
import type { RuntimeSetting } from '../predictor/find-runtime.ts';
import { openPredictor } from '../predictor/open-predictor.ts';
import { type OpenInThread, serveRequests } from '../predictor/threads/serve-requests.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import { readMlModelText } from '../serving/model-files.ts';

export interface ModelThreadData {
  readonly directory: string;
  readonly version: ModelVersion;
  readonly runtime: RuntimeSetting;
  readonly limits: RequestLimits;
}

/** Entry of a thread that answers whole requests with an ONNX model of its own. */
async function open(): Promise<OpenInThread> {
  const { directory, version, runtime, limits } = workerData as ModelThreadData;
  const mlmodel = await parseMlModel(await readMlModelText(directory));
  const predictor = await openPredictor(directory, mlmodel, { runtime });
  // What it holds is counted where the model is lent.
  const model = { version, mlmodel, predictor, residentBytes: 0 };
  return {
    score: ({ maxRows, ...request }) =>
      scoreInvocation({ ...request, model, limits: { ...limits, maxRows } }),
    close: () => predictor.release(),
  };
}

if (parentPort) void serveRequests(parentPort, open);
