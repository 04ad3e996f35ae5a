import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { startCli } from '../helpers/run-cli.ts';
import type { DeployedEndpoint } from './deployed-endpoint.ts';
import { type CallOptions, call, type Reply } from './https-call.ts';
import {
  ask,
  BODY,
  expectAnswer,
  expectError,
  JSON_TYPE,
  keyOf,
  moveChampion,
  useWineCloud,
} from './wine-requests.ts';

/** HTTPS → API Gateway → function → S3, all of it as the template says; MLflow's own answers are expected. */
const wineCloud = useWineCloud();

describe('an endpoint with an API key', () => {
  let endpoint: DeployedEndpoint;
  let clockMs = 0;

  beforeAll(async () => {
    endpoint = await wineCloud().deploy(
      {
        auth: {
          apiKey: { requestsPerSecond: 5, burst: 10, quota: { requests: 200, per: 'day' } },
        },
        limits: { maxBodyBytes: 1_000_000 },
        refresh: { ttlSeconds: 0.5 },
        api: { cors: { origins: ['https://app.example.com'] } },
      },
      { now: () => clockMs },
    );
  });

  const askWithKey = (headers: CallOptions['headers'] = {}, body?: CallOptions['body']) => {
    clockMs += 1000;
    return ask(endpoint, { ...keyOf(endpoint), ...headers }, body);
  };

  it('answers as MLflow does, and as serve does', async () => {
    const reply = await askWithKey();

    expectAnswer(reply);
    expect(reply.headers['x-mlflow-model-version']).toBe('2');
    expect(reply.json()).toEqual(await servedAnswer());
  });

  it('refuses requests without a key, or with a wrong one, in our error shape', async () => {
    expectError(await ask(endpoint), 403, 'PERMISSION_DENIED');
    expectError(await ask(endpoint, { 'x-api-key': 'wrong' }), 403, 'PERMISSION_DENIED');
  });

  it.each(['ping', 'health', 'version'])('answers GET /%s', async (path) => {
    clockMs += 1000;

    const reply = await call(`${endpoint.url}/${path}`, { headers: keyOf(endpoint) });

    expect(reply.status).toBe(200);
  });

  it.each([
    { path: '/', status: 404 },
    { path: '/no/such/path', status: 404 },
  ])('answers $path with $status', async ({ path, status }) => {
    clockMs += 1000;

    const reply = await call(`${endpoint.url}${path}`, { headers: keyOf(endpoint) });

    expect(reply.status).toBe(status);
  });

  it('answers 405 to a GET of /invocations', async () => {
    clockMs += 1000;

    const reply = await call(`${endpoint.url}/invocations`, { headers: keyOf(endpoint) });

    expect(reply.status).toBe(405);
  });

  it('answers in our error shape outside the stage', async () => {
    const outside = endpoint.url.replace('/v1', '/v2');

    expectError(await call(`${outside}/invocations`), 404, 'ENDPOINT_NOT_FOUND');
  });

  it('takes packed requests, and packs long answers', async () => {
    const { dataframe_split: one } = JSON.parse(BODY);
    const rows = Array.from({ length: 500 }, () => one.data).flat();
    const many = JSON.stringify({ dataframe_split: { ...one, data: rows } });

    const reply = await askWithKey(
      { 'content-encoding': 'gzip', 'accept-encoding': 'gzip' },
      gzipSync(many),
    );

    expect(reply.headers['content-encoding']).toBe('gzip');
    const { predictions } = JSON.parse(gunzipSync(reply.bytes).toString());
    expect(predictions).toHaveLength(1000);
  });

  it('takes Parquet, which travels as bytes', async () => {
    const reply = await askWithKey(
      { 'content-type': 'application/vnd.apache.parquet' },
      parquetBody(),
    );

    expectAnswer(reply);
  });

  it.each([
    { name: 'its own limit', sizeBytes: 1_100_000 },
    { name: 'the limit of an event', sizeBytes: 7_000_000 },
    { name: 'the limit of API Gateway', sizeBytes: 11_000_000 },
  ])('answers 413 beyond $name', async ({ sizeBytes }) => {
    const reply = await askWithKey({}, `{"inputs": "${'x'.repeat(sizeBytes)}"}`);

    expectError(reply, 413, 'REQUEST_TOO_LARGE');
  });

  it('answers the preflight of a browser without a key', async () => {
    const reply = await call(`${endpoint.url}/invocations`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example.com', 'access-control-request-method': 'POST' },
    });

    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-allow-headers': expect.stringContaining('x-api-key'),
    });
  });

  it('lets pages of the origin read answers and refusals', async () => {
    const headers = { origin: 'https://app.example.com' };

    for (const reply of [await askWithKey(headers), await ask(endpoint, headers)]) {
      expect(reply.headers['access-control-allow-origin']).toBe('https://app.example.com');
    }
  });

  it('follows the alias without a failed request', async () => {
    await moveChampion(wineCloud(), '1');
    const deadline = Date.now() + 15_000;
    let reply: Reply;
    do {
      reply = await askWithKey();
      expect(reply.status).toBe(200);
      await new Promise((wait) => setTimeout(wait, 50));
    } while (reply.headers['x-mlflow-model-version'] !== '1' && Date.now() < deadline);
    await wineCloud().cli('rollback', 'models:/wine@champion', '--to', 's3://models/registry');

    expectAnswer(reply, '1');
  });

  it('answers 429 beyond the burst, and goes on at the rate', async () => {
    clockMs += 10_000;
    const headers = keyOf(endpoint);
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await ask(endpoint, headers)).status);
    const refused = await ask(endpoint, headers);
    clockMs += 200;

    expect(statuses).toEqual([...Array(10).fill(200), 429, 429]);
    expectError(refused, 429, 'REQUEST_LIMIT_EXCEEDED');
    expect((await ask(endpoint, headers)).status).toBe(200);
  });

  it('answers 429 when the quota is used up', async () => {
    let reply: Reply;
    let sent = 0;
    do {
      clockMs += 1000;
      reply = await call(`${endpoint.url}/ping`, { headers: keyOf(endpoint) });
      sent += 1;
    } while (reply.status === 200 && sent <= 200);

    expectError(reply, 429, 'REQUEST_LIMIT_EXCEEDED');
    expect((reply.json() as { message: string }).message).toContain('quota');
  });
});

/** What `mlflow-serverless serve` says to the same body, from the same bucket. */
async function servedAnswer(): Promise<unknown> {
  const server = startCli(
    ['serve', '-m', 'models:/wine@champion', '--registry-uri', 'examples/registry', '-p', '0'],
    {},
  );
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(await server.printed('http://')) ?? [];
  const answer = await fetch(`${url}/invocations`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: BODY,
  });
  server.child.kill();
  return answer.json();
}

/** The same rows, written by pyarrow. */
function parquetBody(): Buffer {
  const python = join(ensurePythonEnvironment('interop'), 'python');
  const program =
    'import json, sys, pandas; from io import BytesIO; out = BytesIO(); ' +
    "pandas.DataFrame(**json.load(sys.stdin)['dataframe_split']).to_parquet(out); " +
    'sys.stdout.buffer.write(out.getvalue())';
  return execFileSync(python, ['-c', program], { input: BODY });
}
