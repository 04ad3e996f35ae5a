import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { HttpRequest as AzureRequest, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { createAzureHandler } from '../../../src/adapters/azure/http-handler.ts';
import { registerEndpoint } from '../../../src/adapters/azure/register-endpoint.ts';
import { requireToken } from '../../../src/adapters/azure/require-token.ts';
import type { HttpHandler } from '../../../src/http/http-message.ts';
import { createLog } from '../../../src/log.ts';
import type { VerifyToken } from '../../../src/tokens/verify-token.ts';
import { type AzureHost, type HttpData, startAzureHost } from '../../helpers/azure-host.ts';
import { type ClientRequest, describeHttpDoor } from './http-door.suite.ts';

const require = createRequire(import.meta.url);
const LIMITS = { maxBodyBytes: 1_000 };

/** The package itself, in a copy of its own: what it registers goes to one host. */
async function openHost(
  answer: HttpHandler,
  routePrefix: string,
  isStreamed = false,
): Promise<AzureHost> {
  const path = require.resolve('@azure/functions');
  delete require.cache[path];
  const handler = createAzureHandler(answer, { ...LIMITS, routePrefix, isStreamed });
  process.env['AzureFunctionsJobHost__extensions__http__routePrefix'] = routePrefix;
  return startAzureHost(import.meta.dirname, () => {
    const { app } = require('@azure/functions') as typeof import('@azure/functions');
    app.setup({ enableHttpStream: isStreamed });
    registerEndpoint(app, handler, 'function');
  });
}

const bytesOf = (body: ClientRequest['body']) =>
  body === undefined ? undefined : Buffer.from(body as string);

function toResponse({ statusCode, headers = {}, body }: HttpData) {
  const bytes = body?.bytes ?? Buffer.from(body?.string ?? '');
  return { status: Number(statusCode), headers, body: Buffer.from(bytes).toString('utf8') };
}

const targetOf = (prefix: string, { path, query }: Pick<ClientRequest, 'path' | 'query'>) =>
  `${prefix === '' ? '' : `/${prefix}`}${path}${query === undefined ? '' : `?${query}`}`;

for (const [prefix, isStreamed] of [
  ['', false],
  ['api', false],
  ['models/wine', false],
  ['', true],
  ['models/wine', true],
] as const) {
  const how = isStreamed ? 'streams' : 'messages';
  describeHttpDoor(`Azure Functions, prefix "${prefix}", ${how}`, async (answer) => {
    const host = await openHost(answer, prefix, isStreamed);
    return {
      async send({ method, headers = {}, body, ...place }) {
        const call = { method, headers, body: bytesOf(body), target: targetOf(prefix, place) };
        return toResponse(await host.request(call));
      },
      close: async () => {},
    };
  });
}

describe('createAzureHandler', () => {
  const echo: HttpHandler = async ({ path }, { requestId, deadlineMs }) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ path, requestId, inMs: (deadlineMs ?? 0) - Date.now() }),
  });

  it('registers a function for each route, for callers with a key', async () => {
    const host = await openHost(echo, '');

    const registered = [...host.functions.values()].map(({ metadata }) => {
      const trigger = Object.values(metadata.bindings).find(({ direction }) => direction === 'in');
      return [metadata.name, trigger?.route, trigger?.authLevel];
    });
    expect(registered).toEqual([
      ['invocations', 'invocations', 'function'],
      ['ping', 'ping', 'function'],
      ['health', 'health', 'function'],
      ['version', 'version', 'function'],
      ['endpoint-invocations', 'endpoints/{name}/invocations', 'function'],
      ['other', '{*path}', 'function'],
    ]);
  });

  it('gives each request its id and the end of the front end’s patience', async () => {
    const host = await openHost(echo, '');

    const { body } = toResponse(await host.request({ method: 'GET', target: '/ping' }));

    const { requestId, inMs } = JSON.parse(body) as { requestId: string; inMs: number };
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(Math.round(inMs / 1000)).toBe(230);
  });

  it.each([
    '/',
    '/nothing',
    '/endpoints/wine/invocations/',
    '/Invocations',
  ])('leaves the answer for %s to the core', async (target) => {
    const host = await openHost(echo, '');

    const { status, body } = toResponse(await host.request({ method: 'PUT', target }));

    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ path: target });
  });

  it('refuses a body that announces itself as too large', async () => {
    const host = await openHost(echo, '');

    const headers = { 'content-length': '1001' };
    const got = await host.request({ method: 'POST', target: '/invocations', headers });

    const { status, body } = toResponse(got);
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({ error_code: 'REQUEST_TOO_LARGE' });
  });

  const inChunks = (text: string) => ({
    ...{ method: 'POST', target: '/invocations', headers: { 'transfer-encoding': 'chunked' } },
    body: Readable.from([Buffer.from(text.slice(0, 4)), Buffer.from(text.slice(4))]),
  });
  const back: HttpHandler = async ({ body }) => ({
    ...{ status: 200, headers: {}, body: Buffer.from(body as Uint8Array).toString('utf8') },
  });

  it('reads a body in chunks from a stream', async () => {
    const host = await openHost(back, '', true);

    expect(toResponse(await host.request(inChunks('of several parts')))).toMatchObject({
      status: 200,
      body: 'of several parts',
      headers: { 'content-length': '16' },
    });
  });

  it('stops reading a body in chunks that grows too large', async () => {
    const host = await openHost(back, '', true);
    let sent = 0;
    async function* endless() {
      for (; sent < 10_000; sent += 1) yield Buffer.alloc(1000);
    }

    const got = await host.request({ ...inChunks(''), body: Readable.from(endless()) });

    expect(toResponse(got).status).toBe(413);
    expect(sent).toBeLessThan(10_000);
    expect(toResponse(await host.request(inChunks('the next one'))).body).toBe('the next one');
  });

  it('says that a body in chunks got lost where the host does not stream', async () => {
    const host = await openHost(back, '');

    const { status, body } = toResponse(await host.request(inChunks('lost on the way')));

    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      error_code: 'BAD_REQUEST',
      message: expect.stringContaining('send a content-length'),
    });
  });

  it('answers 500 in the shape of MLflow when the core throws, without its words', async () => {
    const host = await openHost(() => Promise.reject(new Error('secret')), '');

    const { status, body } = toResponse(await host.request({ method: 'GET', target: '/ping' }));

    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({ error_code: 'INTERNAL_ERROR' });
    expect(body).not.toContain('secret');
  });
});

describe('requireToken', () => {
  const verify: VerifyToken = async (token) => {
    if (token === 'good') return { kind: 'accepted', claims: {} };
    if (token === 'other')
      return { kind: 'forbidden', claims: {}, why: 'it has none of the roles x' };
    if (token === 'down') throw new Error('the issuer is down');
    return { kind: 'refused', why: 'it has expired' };
  };
  const findRefusal = requireToken(verify, createLog({ level: 'silent' }));

  it('lets a good token in', async () => {
    expect(await findRefusal('Bearer good')).toBeUndefined();
  });

  it.each([
    [null, 401, 'Bearer'],
    ['Basic dTpw', 401, 'Bearer'],
    ['Bearer stale', 401, 'Bearer error="invalid_token"'],
    ['Bearer other', 403, 'Bearer error="insufficient_scope"'],
  ])('answers %s with %i and says what is wanted', async (authorization, status, challenge) => {
    const got = await findRefusal(authorization);

    expect(got?.status).toBe(status);
    expect(got?.headers['www-authenticate']).toBe(challenge);
    expect(JSON.parse(got?.body ?? '')).toHaveProperty('error_code');
  });

  it('answers 500, and lets nobody in, when a token cannot be judged', async () => {
    expect((await findRefusal('Bearer down'))?.status).toBe(500);
  });

  it('is asked before the body is read', async () => {
    let reads = 0;
    const answer: HttpHandler = async () => ({ status: 200, headers: {}, body: 'ok' });
    const handler = createAzureHandler(answer, { ...LIMITS, routePrefix: '', findRefusal });
    const send = (authorization: string) =>
      handler(
        {
          ...{ method: 'POST', url: 'http://127.0.0.1/invocations' },
          headers: new Headers({ authorization }),
          get body() {
            reads += 1;
            return null;
          },
        } as unknown as AzureRequest,
        { invocationId: 'i' } as InvocationContext,
      );

    expect(await send('Bearer stale')).toMatchObject({ status: 401 });
    expect(reads).toBe(0);
    expect(await send('Bearer good')).toMatchObject({ status: 200 });
    expect(reads).toBe(1);
  });
});
