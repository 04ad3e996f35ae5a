import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import type { RequestTarget } from './generate-requests.ts';

/** A model that real MLflow logged, registered (version 1, alias champion, stage Production) and saved. */
export interface LoggedModel {
  name: string;
  folder: string;
  run_id: string;
  model_id: string;
}

/** Train, log and register the models of make_models.py against a tracking server or store. */
export function logModels(
  python: string,
  trackingUri: string,
  out: string,
  names: string[] = [],
  environment: Record<string, string> = {},
): LoggedModel[] {
  const output = execFileSync(
    join(python, 'python'),
    ['test/interop/make_models.py', out, ...names],
    {
      env: { ...process.env, MLFLOW_TRACKING_URI: trackingUri, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 64 * 2 ** 20,
      encoding: 'utf8',
    },
  );
  return JSON.parse(output.trim().split('\n').at(-1) as string);
}

/** What the request generator must know: the signature, and the graph's inputs. */
export async function requestTarget(folder: string): Promise<RequestTarget> {
  const { signature } = await parseMlModel(readFileSync(join(folder, 'MLmodel'), 'utf8'));
  const session = await InferenceSession.create(join(folder, 'model.onnx'));
  const feeds = session.inputMetadata.map((input) => ({
    name: input.name,
    width: input.isTensor ? Number(input.shape.at(-1) ?? 1) : 1,
  }));
  await session.release();
  return { signature, feeds };
}
