import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLambdaHandler } from '../../src/adapters/aws/lambda-handler.ts';
import { type HttpServer, startHttpServer } from '../../src/adapters/node/server.ts';
import { readServedConfiguration } from '../../src/config/environment.ts';
import { type Endpoint, openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import { createLog } from '../../src/log.ts';
import { NO_TELEMETRY } from '../../src/telemetry.ts';
import type { ClientRequest } from '../contract/doors/http-door.suite.ts';
import { FIXTURES, type Fixture, lambdaEventOf } from '../contract/doors/lambda-event-of.ts';
import { sendOverHttp } from '../contract/doors/send-over-http.ts';

const ENVIRONMENT = {
  MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
  MLFLOW_REGISTRY_URI: 'examples/registry',
};
const EXAMPLE = readFileSync(
  'examples/registry/models/wine/versions/2/model/serving_input_example.json',
  'utf8',
);
const CSV = `${JSON.parse(EXAMPLE).dataframe_split.columns.join(',')}\n${JSON.parse(EXAMPLE)
  .dataframe_split.data.map((row: number[]) => row.map((cell) => cell.toFixed(2)).join(','))
  .join('\n')}\n`;
const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 10_000 };
const post = (contentType: string, body: string): ClientRequest => ({
  method: 'POST',
  path: '/invocations',
  headers: { 'Content-Type': contentType },
  body,
});

const REQUESTS: readonly { readonly name: string; readonly request: ClientRequest }[] = [
  { name: 'JSON', request: post('application/json', EXAMPLE) },
  { name: 'CSV', request: post('text/csv', CSV) },
  { name: 'wrong JSON', request: post('application/json', '{oops') },
  { name: 'a missing column', request: post('application/json', '{"inputs": {"ash": [1.0]}}') },
  { name: 'a wrong content type', request: post('text/plain', EXAMPLE) },
  { name: 'no content type', request: { method: 'POST', path: '/invocations', body: EXAMPLE } },
  { name: 'ping', request: { method: 'GET', path: '/ping' } },
  { name: 'HEAD ping', request: { method: 'HEAD', path: '/ping' } },
  { name: 'version', request: { method: 'GET', path: '/version' } },
  { name: 'a slash too many', request: { method: 'GET', path: '/ping/', query: 'a=1' } },
  { name: 'a wrong method', request: { method: 'DELETE', path: '/invocations' } },
  { name: 'an unknown path', request: { method: 'GET', path: '/v1/ping' } },
];

describe('one endpoint behind every door', () => {
  let endpoint: Endpoint;
  let server: HttpServer;
  beforeAll(async () => {
    endpoint = await openEndpoint({
      configuration: readServedConfiguration(ENVIRONMENT),
      log: createLog({ level: 'silent' }),
      telemetry: NO_TELEMETRY,
    });
    server = await startHttpServer({
      answer: endpoint.answer,
      host: '127.0.0.1',
      port: 0,
      maxBodyBytes: 1_000_000,
    });
  });
  afterAll(async () => {
    await server.stop(0);
    await endpoint.close();
  });

  const overLambda = async (fixture: Fixture, request: ClientRequest, isBase64: boolean) => {
    const event = lambdaEventOf(fixture, request, isBase64);
    return createLambdaHandler(endpoint.answer)(event, CONTEXT);
  };

  it.each(REQUESTS)('gives the same answer to $name', async ({ request }) => {
    const expected = await sendOverHttp(server.url, request);

    for (const fixture of FIXTURES) {
      for (const isBase64 of [false, true]) {
        const got = await overLambda(fixture, request, isBase64);

        expect({ fixture, status: got.statusCode, body: got.body }).toEqual({
          fixture,
          status: expected.status,
          body: expected.body,
        });
        const headers = got.headers ?? firstValues(got.multiValueHeaders ?? {});
        expect(expected.headers).toMatchObject(headers);
      }
    }
  });

  it('answers the example with the model’s predictions', async () => {
    const { status, headers, body } = await sendOverHttp(
      server.url,
      REQUESTS[0]?.request as ClientRequest,
    );

    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'x-mlflow-model-name': 'wine', 'x-mlflow-model-version': '2' });
    expect(JSON.parse(body)).toEqual({
      predictions: [
        {
          output_label: 0,
          output_probability: { '0': 0.9499996304512024, '1': 0.05000000074505806, '2': 0.0 },
        },
        { output_label: 1, output_probability: { '0': 0.0, '1': 0.9999995827674866, '2': 0.0 } },
      ],
    });
  });
});

describe('handlers/lambda/invocations', () => {
  it('has the model open when its import is done', async () => {
    Object.assign(process.env, ENVIRONMENT, { MLFLOW_SERVERLESS_LOG_LEVEL: 'silent' });

    const { handler } = await import('../../handlers/lambda/invocations.ts');
    const startedAtMs = performance.now();
    const request = REQUESTS[0]?.request as ClientRequest;
    const result = await handler(lambdaEventOf('function-url', request, false), CONTEXT);

    expect(result.statusCode).toBe(200);
    expect(performance.now() - startedAtMs).toBeLessThan(100);
  });
});

const firstValues = (headers: Readonly<Record<string, readonly unknown[]>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, [value]]) => [name, String(value)]));
