import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HttpHandler, HttpResponse } from '../../src/http/http-message.ts';
import { createHttpHandler } from '../../src/http/routes.ts';
import type { MlModel } from '../../src/model/mlmodel.ts';
import type { ModelInput } from '../../src/model/model-input.ts';
import type { ModelOutput } from '../../src/model/model-output.ts';
import { paramsFromSpecs, schemaFromSpecs } from '../../src/model/parse-signature.ts';
import type { Signature } from '../../src/model/signature.ts';
import { openOnnxPredictor } from '../../src/predictor/onnx/onnx-predictor.ts';
import type { ParsedPredictor } from '../../src/predictor/predictor.ts';
import { encodePredictions } from '../../src/scoring/encode-predictions.ts';
import type { ModelCache } from '../../src/serving/loaded-model.ts';
import { mlmodelOf } from '../helpers/model-directory.ts';
import { recordedOutput } from './recorded-output.ts';
import { isSameRecording, type Recorded, recordInput, recordValue } from './recorded-value.ts';
import type { OnnxModelCase, OutputCase, RecordingFile, RequestCase } from './recordings.ts';

export interface Outcome {
  file: string;
  group: string;
  name: string;
  /** Undefined when the answer was MLflow's. */
  failure: string | undefined;
}

/** Around the HTTP core: a platform's door with requests of its kind. */
export type Door = (handler: HttpHandler) => HttpHandler;

/** Replay one recording file through the HTTP core. */
export async function replay(file: RecordingFile, door: Door = (core) => core): Promise<Outcome[]> {
  const { name } = file;
  if (file.kind === 'requests') return inOrder(file.cases, (c) => replayRequest(name, c, door));
  if (file.kind === 'outputs') return inOrder(file.cases, (c) => replayOutput(name, c, door));
  if (file.kind === 'onnx')
    return (await inOrder(file.models, (m) => replayOnnx(name, m, door))).flat();
  return [];
}

async function inOrder<T, R>(items: T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await run(item));
  return results;
}

async function replayRequest(file: string, recorded: RequestCase, door: Door): Promise<Outcome> {
  const seen: { input?: ModelInput; params?: ModelInput } = {};
  const echo: ParsedPredictor = {
    kind: 'parsed',
    predict: (input, params) => {
      seen.input = input;
      seen.params = params;
      return null;
    },
    release: async () => {},
  };
  const outcome = (failure: string | undefined): Outcome => ({
    file,
    group: recorded.group,
    name: recorded.name,
    failure,
  });
  try {
    const answer = await ask(door(handlerFor(echo, signatureOf(recorded))), recorded);
    return outcome(
      differenceInError(recorded, answer) ??
        (recorded.status === 200 ? differenceInSeen(recorded, seen, answer) : undefined),
    );
  } catch (error) {
    return outcome(`threw ${(error as Error).stack}`);
  }
}

function signatureOf(recorded: RequestCase): Signature | undefined {
  const { signatureInputs, params, signatureFlags } = recorded;
  const isFromTypeHint = signatureFlags?.['is_signature_from_type_hint'] === true;
  if (!signatureInputs && !params && !isFromTypeHint) return undefined;
  return {
    inputs: signatureInputs ? schemaFromSpecs(signatureInputs) : undefined,
    params: params ? paramsFromSpecs(params) : undefined,
    isFromTypeHint,
  };
}

/** Status, content type and error codes; messages are not part of the recordings. */
function differenceInError(recorded: RequestCase, answer: HttpResponse): string | undefined {
  if (answer.status !== recorded.status) {
    return `status ${answer.status}, MLflow ${recorded.status}: ${answer.body.slice(0, 200)}`;
  }
  const contentType = answer.headers['content-type'];
  if (recorded.responseContentType && contentType !== recorded.responseContentType) {
    return `content type ${contentType}, MLflow ${recorded.responseContentType}`;
  }
  if (recorded.errorCode === undefined) return undefined;
  const body = JSON.parse(answer.body);
  const pairs = [
    ['error_code', recorded.errorCode],
    ['error_class', recorded.errorClass],
    ['sqlstate', recorded.sqlstate],
  ] as const;
  const wrong = pairs.find(([key, value]) => value !== undefined && body[key] !== value);
  return wrong && `${wrong[0]} ${body[wrong[0]]}, MLflow ${wrong[1]}: ${body.message}`;
}

function differenceInSeen(
  recorded: RequestCase,
  seen: { input?: ModelInput; params?: ModelInput },
  answer: HttpResponse,
): string | undefined {
  const input = recordInput(seen.input as ModelInput);
  if (!isSameRecording(input, recorded.modelSaw)) {
    return `model saw ${JSON.stringify(input)}, MLflow's ${JSON.stringify(recorded.modelSaw)}`;
  }
  const params: Recorded = recordValue((seen.params ?? null) as never);
  if (!isSameRecording(params, recorded.paramsSeen)) {
    return `params ${JSON.stringify(params)}, MLflow's ${JSON.stringify(recorded.paramsSeen)}`;
  }
  const expected = recorded.wrapped === false ? 'null' : '{"predictions": null}';
  return answer.body === expected ? undefined : `body ${answer.body}, MLflow ${expected}`;
}

async function replayOutput(file: string, recorded: OutputCase, door: Door): Promise<Outcome> {
  const outcome = (failure?: string): Outcome => ({
    file,
    group: 'outputs',
    name: recorded.name,
    failure,
  });
  const output = recordedOutput(recorded.output);
  if (recorded.unifiedLlmRequest) {
    const body = encodePredictions(output as ModelOutput, { wrapped: false });
    return outcome(body === recorded.body ? undefined : `body ${body}, MLflow ${recorded.body}`);
  }
  const returns: ParsedPredictor = {
    kind: 'parsed',
    predict: () => output as ModelOutput,
    release: async () => {},
  };
  const answer = await ask(door(handlerFor(returns, undefined)), {
    contentType: 'application/json',
    body: '{"inputs": [1]}',
  });
  if (answer.status !== recorded.status)
    return outcome(`status ${answer.status}, MLflow ${recorded.status}`);
  const isSame = recorded.status !== 200 || answer.body === recorded.body;
  return outcome(isSame ? undefined : `body ${answer.body}, MLflow ${recorded.body}`);
}

async function replayOnnx(file: string, recorded: OnnxModelCase, door: Door): Promise<Outcome[]> {
  const directory = mkdtempSync(join(tmpdir(), 'parity-'));
  const model = join(directory, 'model');
  mkdirSync(model);
  writeFileSync(join(model, 'model.onnx'), Buffer.from(recorded.modelBase64, 'base64'));
  const signature = recorded.signatureInputs
    ? {
        inputs: schemaFromSpecs(recorded.signatureInputs),
        params: undefined,
        isFromTypeHint: false,
      }
    : undefined;
  const predictor = await openOnnxPredictor(model, mlmodelWith(signature));
  try {
    return await inOrder(recorded.cases, async (c) => {
      const answer = await ask(door(handlerFor(predictor, signature)), c);
      const failure =
        differenceInError(c, answer) ??
        (c.response === undefined || c.response === answer.body
          ? undefined
          : `body ${answer.body}, MLflow ${c.response}`);
      return { file, group: recorded.model, name: (c.body ?? '').slice(0, 100), failure };
    });
  } finally {
    await predictor.release();
    rmSync(directory, { recursive: true });
  }
}

const mlmodelWith = (signature: Signature | undefined): MlModel => ({
  ...mlmodelOf({ onnx: { data: 'model.onnx' }, python_function: { loader_module: 'mlflow.onnx' } }),
  signature,
});

/** The HTTP core with one model that is always open. */
function handlerFor(predictor: ParsedPredictor, signature: Signature | undefined): HttpHandler {
  const model = {
    version: { name: 'recorded', version: '1', source: 'file:/recorded', tags: {} },
    mlmodel: mlmodelWith(signature),
    predictor,
    residentBytes: 0,
  };
  const cache: ModelCache = {
    acquire: async () => ({ model, release: () => {} }),
    close: async () => {},
  };
  return createHttpHandler({ cache, modelUri: 'models:/recorded/1' });
}

const ask = (
  handler: HttpHandler,
  {
    contentType,
    body,
    bodyBase64,
  }: { contentType: string | null; body?: string; bodyBase64?: string },
): Promise<HttpResponse> =>
  handler(
    {
      method: 'POST',
      path: '/invocations',
      query: '',
      headers: contentType === null ? {} : { 'content-type': contentType },
      body:
        bodyBase64 === undefined
          ? Buffer.from(body ?? '', 'utf8')
          : new Uint8Array(Buffer.from(bodyBase64, 'base64')),
    },
    { requestId: 'parity' },
  );
