import { describe, expect, it } from 'vitest';
import { ServingError } from '../../../src/errors.ts';
import type { HttpRequest } from '../../../src/http/http-message.ts';
import { createHttpHandler, type HttpHandlerOptions } from '../../../src/http/routes.ts';
import { createLog } from '../../../src/log.ts';
import type { ModelOutput } from '../../../src/model/model-output.ts';
import type { TelemetryEvent } from '../../../src/telemetry.ts';
import { createFakeCache, type FakeCache } from '../../helpers/fake-cache.ts';

const CONTEXT = { requestId: 'test' };
const JSON_HEADERS = { 'content-type': 'application/json' };
const MODEL_HEADERS = { 'x-mlflow-model-name': 'wine', 'x-mlflow-model-version': '7' };

const request = (method: string, path: string, rest: Partial<HttpRequest> = {}): HttpRequest => ({
  method,
  path,
  query: '',
  headers: {},
  body: '',
  ...rest,
});
const invocation = (body: string | Uint8Array, contentType = 'application/json'): HttpRequest =>
  request('POST', '/invocations', { headers: { 'content-type': contentType }, body });

const handlerOf = (cache: FakeCache, options: Partial<HttpHandlerOptions> = {}) =>
  createHttpHandler({ cache, modelUri: 'models:/wine@champion', ...options });
const codeOf = (body: string): string => JSON.parse(body).error_code;

describe('GET /ping and /health', () => {
  it.each(['/ping', '/health'])('%s answers one newline when the model is open', async (path) => {
    const cache = createFakeCache();

    expect(await handlerOf(cache)(request('GET', path), CONTEXT)).toEqual({
      status: 200,
      headers: JSON_HEADERS,
      body: '\n',
    });
    expect(cache.openLeases()).toBe(0);
  });

  it.each([
    { code: 'RESOURCE_DOES_NOT_EXIST', status: 404, answered: 'RESOURCE_DOES_NOT_EXIST' },
    { code: 'TEMPORARILY_UNAVAILABLE', status: 503, answered: 'TEMPORARILY_UNAVAILABLE' },
    { code: 'NOT_IMPLEMENTED', status: 501, answered: 'NOT_IMPLEMENTED' },
    { code: 'UNAUTHENTICATED', status: 503, answered: 'TEMPORARILY_UNAVAILABLE' },
    { code: 'PERMISSION_DENIED', status: 503, answered: 'TEMPORARILY_UNAVAILABLE' },
    { code: 'INVALID_PARAMETER_VALUE', status: 503, answered: 'TEMPORARILY_UNAVAILABLE' },
  ] as const)('answers $status when opening fails with $code', async ({
    code,
    status,
    answered,
  }) => {
    const cache = createFakeCache({ failure: new ServingError(code, 'why it failed') });

    const answer = await handlerOf(cache)(request('GET', '/ping'), CONTEXT);

    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      error_code: answered,
      message: 'why it failed',
    });
  });
});

describe('other routes', () => {
  const handler = handlerOf(createFakeCache());

  it('GET /version answers the release in question', async () => {
    expect(await handler(request('GET', '/version'), CONTEXT)).toEqual({
      status: 200,
      headers: JSON_HEADERS,
      body: '3.17.2',
    });
  });

  it.each(['/ping', '/health', '/version'])('HEAD %s is answered like GET', async (path) => {
    expect(await handler(request('HEAD', path), CONTEXT)).toEqual(
      await handler(request('GET', path), CONTEXT),
    );
  });

  it.each([
    '/',
    '/docs',
    '/v1/ping',
    '/PING',
    '/constructor',
    '//ping',
  ])('%s is not found', async (path) => {
    expect(await handler(request('GET', path), CONTEXT)).toEqual({
      status: 404,
      headers: JSON_HEADERS,
      body: '{"detail":"Not Found"}',
    });
  });

  it.each([
    { method: 'POST', path: '/ping', allow: 'GET' },
    { method: 'OPTIONS', path: '/version', allow: 'GET' },
    { method: 'DELETE', path: '/health', allow: 'GET' },
    { method: 'GET', path: '/invocations', allow: 'POST' },
    { method: 'HEAD', path: '/invocations', allow: 'POST' },
  ])('$method $path is not allowed', async ({ method, path, allow }) => {
    expect(await handler(request(method, path), CONTEXT)).toEqual({
      status: 405,
      headers: { ...JSON_HEADERS, allow },
      body: '{"detail":"Method Not Allowed"}',
    });
  });

  it.each([
    { path: '/ping/', query: '', location: '../ping' },
    { path: '/ping//', query: '', location: '../../ping' },
    { path: '/invocations/', query: 'a=1', location: '../invocations?a=1' },
  ])('sends $path to the path without the slash', async ({ path, query, location }) => {
    const answer = await handler(request('GET', path, { query }), CONTEXT);

    expect(answer).toEqual({ status: 307, headers: { location }, body: '' });
    const base = `http://host/prod${path}`;
    expect(new URL(location, base).pathname).toBe(`/prod${path.replace(/\/+$/, '')}`);
  });
});

describe('POST /invocations', () => {
  it('answers the prediction and says which model gave it', async () => {
    const cache = createFakeCache({ predict: () => [1n, 2n] });

    expect(await handlerOf(cache)(invocation('{"inputs": [1]}'), CONTEXT)).toEqual({
      status: 200,
      headers: { ...JSON_HEADERS, ...MODEL_HEADERS },
      body: '{"predictions": [1, 2]}',
    });
    expect(cache.openLeases()).toBe(0);
  });

  it('reads text and bytes alike', async () => {
    const handler = handlerOf(createFakeCache());
    const text = '{"inputs": ["é"]}';

    const fromText = await handler(invocation(text), CONTEXT);
    const fromBytes = await handler(invocation(Buffer.from(text)), CONTEXT);

    expect(fromText).toEqual(fromBytes);
    expect(fromText.status).toBe(200);
  });

  it('waits for a model that answers later', async () => {
    const cache = createFakeCache({ predict: async () => 'later' });

    const { body } = await handlerOf(cache)(invocation('{"inputs": [1]}'), CONTEXT);

    expect(body).toBe('{"predictions": "later"}');
    expect(cache.openLeases()).toBe(0);
  });

  it('names the model in an error too, and gives the lease back', async () => {
    const cache = createFakeCache();

    const answer = await handlerOf(cache)(invocation('{oops'), CONTEXT);

    expect(answer.status).toBe(400);
    expect(answer.headers).toEqual({ ...JSON_HEADERS, ...MODEL_HEADERS });
    expect(codeOf(answer.body)).toBe('BAD_REQUEST');
    expect(cache.openLeases()).toBe(0);
  });

  it('percent-encodes what a header cannot hold', async () => {
    const cache = createFakeCache({ name: 'wein grün', version: '' });

    const { headers } = await handlerOf(cache)(invocation('{"inputs": [1]}'), CONTEXT);

    expect(headers).toEqual({ ...JSON_HEADERS, 'x-mlflow-model-name': 'wein%20gr%C3%BCn' });
  });

  it.each([
    { contentType: 'Application/JSON' },
    { contentType: 'application/json; charset=latin-1' },
  ])('answers 415 in plain text to $contentType', async ({ contentType }) => {
    const answer = await handlerOf(createFakeCache())(
      invocation('{"inputs": [1]}', contentType),
      CONTEXT,
    );

    expect(answer.status).toBe(415);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('keeps an unknown error to itself and writes it down once, without the payload', async () => {
    const lines: string[] = [];
    const log = createLog({ stream: { write: (text) => lines.push(text) } });
    const cache = createFakeCache({
      predict: () => {
        throw new TypeError('a bug');
      },
    });

    const answer = await handlerOf(cache, { log })(invocation('{"inputs": ["secret"]}'), CONTEXT);

    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('a bug');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('a bug');
    expect(lines[0]).not.toContain('secret');
  });

  it('does not write refusals down', async () => {
    const lines: string[] = [];
    const log = createLog({ stream: { write: (text) => lines.push(text) } });

    await handlerOf(createFakeCache(), { log })(invocation('{oops'), CONTEXT);

    expect(lines).toEqual([]);
  });

  it('tells telemetry of predictions and refusals', async () => {
    const events: TelemetryEvent[] = [];
    const telemetry = { emit: (event: TelemetryEvent) => events.push(event) };
    const handler = handlerOf(createFakeCache(), { telemetry });

    await handler(invocation('{"dataframe_split": {"data": [[1], [2], [3]]}}'), CONTEXT);
    await handler(invocation('[]'), CONTEXT);

    const model = { name: 'wine', version: '7' };
    const durationMs = expect.any(Number);
    expect(events).toEqual([
      { type: 'predicted', model, rows: 3, durationMs },
      { type: 'refused', model, status: 400, code: 'BAD_REQUEST', durationMs },
    ]);
  });
});

describe('limits', () => {
  const limits = { maxBodyBytes: 40, maxRows: 2, maxDepth: 5 };
  const handler = handlerOf(createFakeCache(), { limits });

  it.each([
    { name: 'text', body: `{"inputs": "${'x'.repeat(27)}"}` },
    { name: 'bytes', body: Buffer.from(`{"inputs": "${'x'.repeat(27)}"}`) },
    { name: 'text that is longer in UTF-8', body: `{"inputs": "${'é'.repeat(14)}"}` },
  ])('refuses a body of 41 bytes: $name', async ({ body }) => {
    const answer = await handler(invocation(body), CONTEXT);

    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body)).toMatchObject({
      error_code: 'REQUEST_TOO_LARGE',
      message: expect.stringContaining('larger than 40 bytes'),
    });
  });

  it('takes a body of exactly the limit', async () => {
    const body = `{"inputs": "${'x'.repeat(26)}"}`;

    expect((await handler(invocation(body), CONTEXT)).status).toBe(200);
  });

  it.each([
    '{"inputs": [1, 2, 3]}',
    '{"dataframe_records":[{},{},{}]}',
  ])('refuses three rows: %s', async (body) => {
    const answer = await handler(invocation(body), CONTEXT);

    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body).message).toContain('at most 2');
  });

  it('refuses deep nesting', async () => {
    const answer = await handler(invocation('{"inputs": [[[[[1]]]]]}'), CONTEXT);

    expect(answer.status).toBe(400);
    expect(codeOf(answer.body)).toBe('BAD_REQUEST');
  });
});

describe('deadlines', () => {
  const never = new Promise<never>(() => {});

  it('answers 504 when the model is not open in time, and gives a late lease back', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const cache = createFakeCache({ gate });

    const answer = await handlerOf(cache, { timeoutMs: 20 })(
      invocation('{"inputs": [1]}'),
      CONTEXT,
    );

    expect(answer).toEqual({
      status: 504,
      headers: JSON_HEADERS,
      body: 'request processing time exceeded its limit of 0 s',
    });
    open();
    await new Promise((resolve) => setTimeout(resolve));
    expect(cache.openLeases()).toBe(0);
  });

  it('answers 504 when the model computes too long, and keeps it open until it is done', async () => {
    const { promise: output, resolve: finish } = Promise.withResolvers<ModelOutput>();
    const cache = createFakeCache({ predict: () => output });

    const answer = await handlerOf(cache, { timeoutMs: 20 })(
      invocation('{"inputs": [1]}'),
      CONTEXT,
    );

    expect(answer.status).toBe(504);
    expect(cache.openLeases()).toBe(1);
    finish(null);
    await new Promise((resolve) => setTimeout(resolve));
    expect(cache.openLeases()).toBe(0);
  });

  it('answers 504 when the model held the thread past the time', async () => {
    const compute = (): ModelOutput => {
      const endsAt = performance.now() + 30;
      while (performance.now() < endsAt);
      return null;
    };
    const cache = createFakeCache({ predict: compute });

    const answer = await handlerOf(cache, { timeoutMs: 20 })(
      invocation('{"inputs": [1]}'),
      CONTEXT,
    );

    expect(answer.status).toBe(504);
    expect(cache.openLeases()).toBe(0);
  });

  it('answers a quarter of a second before the platform gives up', async () => {
    const cache = createFakeCache({ predict: () => never });
    const startedAtMs = Date.now();

    const answer = await handlerOf(cache)(invocation('{"inputs": [1]}'), {
      requestId: 'test',
      deadlineMs: startedAtMs + 400,
    });

    expect(answer.status).toBe(504);
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(140);
    expect(Date.now() - startedAtMs).toBeLessThan(400);
  });
});
