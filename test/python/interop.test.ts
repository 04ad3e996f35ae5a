import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { errorResponse } from '../../src/http/error-response.ts';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import { openPythonPredictor } from '../../src/predictor/python/python-predictor.ts';
import { compareAnswers, type HttpAnswer } from '../interop/compare-answers.ts';
import { type GeneratedRequest, generateRequests } from '../interop/generate-requests.ts';
import { startServer, stopServers } from '../interop/processes.ts';
import { createRandom } from '../interop/random.ts';
import { EDGE_REQUESTS } from './edge-requests.ts';
import { saveModels } from './saved-models.ts';

type Predictor = Awaited<ReturnType<typeof openPythonPredictor>>;

afterAll(stopServers);

describe.each([
  { environment: 'interop', model: 'columns', count: 300 },
  { environment: 'interop', model: 'rows', count: 200 },
  { environment: 'interop', model: 'tensor', count: 150 },
  { environment: 'mlflow2', model: 'columns', count: 150 },
  { environment: 'mlflow2', model: 'rows', count: 100 },
] as const)('$model in the environment $environment', ({ environment, model, count }) => {
  it(`answers ${count} generated requests and ${EDGE_REQUESTS.length} odd ones as mlflow models serve does`, async () => {
    const models = saveModels([model], environment);
    const directory = models.directory(model);
    const { signature } = await parseMlModel(readFileSync(join(directory, 'MLmodel'), 'utf8'));
    const random = createRandom(count);
    const requests = [
      ...EDGE_REQUESTS,
      ...generateRequests({ signature, feeds: [] }, count, random),
    ];
    const [predictor, mlflow] = await Promise.all([
      openPythonPredictor({ python: models.python, directory }),
      startServer({
        command: [join(models.bin, 'mlflow'), 'models', 'serve', '-m', directory, ...LOCAL],
        environment: { PATH: `${models.bin}:${process.env['PATH']}` },
      }),
    ]);

    const differences: string[] = [];
    for (const request of requests) {
      const theirs = await sendTo(mlflow.url, request);
      const ours = await answerOf(predictor, request);
      const comparable = environment === 'mlflow2' ? onlyCode : same;
      const { difference } = compareAnswers(comparable(theirs), comparable(ours), { tolerance: 0 });
      if (difference) differences.push(`${request.contentType} ${request.body}\n  ${difference}`);
    }

    await Promise.all([predictor.release(), mlflow.stop()]);
    models.remove();
    expect(differences).toEqual([]);
  });
});

const LOCAL = ['--env-manager', 'local', '-h', '127.0.0.1', '-p', '{port}'];

async function sendTo(url: string, { contentType, body }: GeneratedRequest): Promise<HttpAnswer> {
  const response = await fetch(`${url}/invocations`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: await response.text(),
  };
}

async function answerOf(predictor: Predictor, request: GeneratedRequest): Promise<HttpAnswer> {
  try {
    const { text } = await predictor.score({ ...request, maxRows: 1_000_000 });
    return { status: 200, contentType: 'application/json', body: text };
  } catch (error) {
    const { status, headers, body } = errorResponse(error);
    return { status, contentType: String(headers['content-type']), body: String(body) };
  }
}

const same = (answer: HttpAnswer): HttpAnswer => answer;

/** Old releases have no classes of errors; only the code is compared there. */
function onlyCode(answer: HttpAnswer): HttpAnswer {
  if (answer.status === 200 || !answer.contentType.startsWith('application/json')) return answer;
  const { error_code } = JSON.parse(answer.body);
  return { ...answer, body: JSON.stringify({ error_code }) };
}
