import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../../src/http-client/http-client.ts';
import { findHttpProblem } from '../../src/http-client/http-problem.ts';
import { createMlflowHttpClient } from '../../src/http-client/mlflow-http-client.ts';
import { type Answer, type FakeServer, startServer } from '../helpers/fake-mlflow-server.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(answer: Answer): Promise<FakeServer> {
  const server = await startServer(answer);
  closers.push(server.close);
  return server;
}

function client(options: HttpClientOptions = {}) {
  const made = createHttpClient(options);
  closers.push(made.close);
  return made;
}

const ok: Answer = (_request, response) => void response.end('{"ok":true}');

/** Answers each request with the next of `answers`, then with the last one for ever. */
function inTurn(...answers: Answer[]): Answer {
  let index = 0;
  return (...call) => answers[Math.min(index++, answers.length - 1)]?.(...call);
}

const status =
  (code: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(code, headers).end(body);

const problemOf = (call: Promise<unknown>) => call.then(() => undefined, findHttpProblem);

describe('retries', () => {
  it.each([408, 429, 500, 502, 503, 504])('asks again after status %i', async (code) => {
    const server = await serve(inTurn(status(code), ok));

    expect(await client().json(server.url)).toEqual({ ok: true });
    expect(server.asked).toHaveLength(2);
  });

  it.each([400, 401, 403, 404, 409, 501])('does not ask again after status %i', async (code) => {
    const server = await serve(status(code, '{"error_code":"X","message":"m"}'));

    expect((await problemOf(client().json(server.url)))?.details.status).toBe(code);
    expect(server.asked).toHaveLength(1);
  });

  it('stops after the given number of attempts', async () => {
    const server = await serve(status(503));

    expect((await problemOf(client({ retries: 2 }).json(server.url)))?.kind).toBe('failing');
    expect(server.asked).toHaveLength(3);
  });

  it('waits as long as Retry-After asks', async () => {
    const server = await serve(inTurn(status(429, '', { 'retry-after': '1' }), ok));
    const start = performance.now();

    await client().json(server.url);

    expect(performance.now() - start).toBeGreaterThanOrEqual(1_000);
  });

  it('does not wait for Retry-After when told so', async () => {
    const server = await serve(inTurn(status(503, '', { 'retry-after': '5' }), ok));
    const http = createMlflowHttpClient({ MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER: 'false' });
    closers.push(http.close);
    const start = performance.now();

    expect(await http.json(server.url)).toEqual({ ok: true });
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it("pauses as MLflow's variables say: not before the first retry, then twice the factor and more", async () => {
    const server = await serve(inTurn(status(503), status(503), ok));
    const http = createMlflowHttpClient({
      MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR: '0',
      MLFLOW_HTTP_REQUEST_BACKOFF_JITTER: '0',
    });
    closers.push(http.close);
    const start = performance.now();

    expect(await http.json(server.url)).toEqual({ ok: true });
    expect(performance.now() - start).toBeLessThan(200);
  });

  it('does not wait when Retry-After is beyond the deadline', async () => {
    const server = await serve(status(503, '', { 'retry-after': '60' }));
    const start = performance.now();

    expect((await problemOf(client().json(server.url)))?.kind).toBe('failing');
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('asks again when an answer breaks off', async () => {
    const broken: Answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '50' });
      response.write('{"ok"');
      setTimeout(() => response.destroy(), 5);
    };
    const server = await serve(inTurn(broken, ok));

    expect(await client().json(server.url)).toEqual({ ok: true });
  });

  it('asks again at once when an idle connection was dropped', async () => {
    const server = await serve(inTurn(ok, (request) => void request.socket.destroy(), ok));
    const http = client({ retries: 0 });
    await http.json(server.url);
    const start = performance.now();

    expect(await http.json(server.url)).toEqual({ ok: true });
    expect(performance.now() - start).toBeLessThan(150);
  });

  it('rejects with the reason of the caller who has gone', async () => {
    const server = await serve(() => {});
    const controller = new AbortController();
    const call = client().json(server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('gone')), 20);

    await expect(call).rejects.toThrow('gone');
  });

  it('rejects with that reason during a pause, too', async () => {
    const server = await serve(status(503, '', { 'retry-after': '10' }));
    const controller = new AbortController();
    const call = client().json(server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('gone')), 50);

    await expect(call).rejects.toThrow('gone');
  });
});

describe('answers', () => {
  it.each([
    [404, '{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"no such model"}', 'not-found'],
    [404, '<html>', 'bad-page'],
    [401, 'who are you', 'unauthenticated'],
    [403, 'Permission denied', 'denied'],
    [400, '{"error_code":"INVALID_PARAMETER_VALUE","message":"m"}', 'rejected'],
    [400, '<html>', 'bad-page'],
    [501, '{"error_code":"NOT_IMPLEMENTED","message":"m"}', 'rejected'],
    [200, '<html>', 'bad-page'],
    [200, '', 'bad-page'],
  ])('tells what status %i with %s means', async (code, body, kind) => {
    const server = await serve(status(code, body));

    expect((await problemOf(client().json(server.url)))?.kind).toBe(kind);
  });

  it('keeps the code and the message of MLflow', async () => {
    const body = { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'line\n two' };
    const server = await serve(status(404, JSON.stringify(body)));

    await expect(client().json(`${server.url}/x?secret=1`)).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: `${server.url}/x answered RESOURCE_DOES_NOT_EXIST: line two`,
    });
  });

  it('refuses more JSON than it has room for', async () => {
    const server = await serve(status(200, `"${'x'.repeat(2000)}"`));

    expect((await problemOf(client({ maxJsonBytes: 1000 }).json(server.url)))?.message).toContain(
      'more than 1000 bytes',
    );
  });

  it('streams a body that has no end in sight', async () => {
    const server = await serve((_request, response) => {
      for (let i = 0; i < 20; i += 1) response.write(Buffer.alloc(50_000, i));
      response.end();
    });
    const { body, status: code } = await client().stream(server.url);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;

    expect([code, bytes]).toEqual([200, 1_000_000]);
  });

  it('fails a stream that is cut off', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('some');
      setTimeout(() => response.destroy(), 10);
    });
    const { body } = await client().stream(server.url);
    const read = async () => {
      for await (const _ of body);
    };

    await expect(read()).rejects.toThrow();
  });
});

describe('redirects', () => {
  const to = (code: number, location: string) => status(code, '', { location });

  it.each([301, 302, 307, 308])('follows status %i with the same method and body', async (code) => {
    const bodies: string[] = [];
    const server = await serve((request, response, body) => {
      if (request.url === '/old') return to(code, '/new')(request, response, body);
      bodies.push(`${request.method} ${body}`);
      return ok(request, response, body);
    });

    await client().json(`${server.url}/old`, { method: 'POST', json: { a: 1 } });

    expect(bodies).toEqual(['POST {"a":1}']);
  });

  it('asks for headers anew for each host', async () => {
    const second = await serve(ok);
    const first = await serve(to(302, `${second.url}/x`));
    const headersFor = (url: URL) =>
      url.origin === first.url ? { authorization: 'secret' } : ({} as Record<string, string>);

    await client({ headersFor }).json(first.url);

    expect(first.headers[0]?.authorization).toBe('secret');
    expect(second.headers[0]).not.toHaveProperty('authorization');
  });

  it('can be switched off', async () => {
    const server = await serve(to(302, '/x'));
    const http = createMlflowHttpClient({ MLFLOW_ALLOW_HTTP_REDIRECTS: 'false' });
    closers.push(http.close);

    expect((await problemOf(http.json(server.url)))?.message).toContain('switched off');
  });
});

describe('MLflow credentials', () => {
  it('come from ~/.mlflow/credentials when the environment has none', async () => {
    const home = await mkdtemp(join(tmpdir(), 'home-'));
    closers.push(() => rm(home, { recursive: true }));
    await mkdir(join(home, '.mlflow'));
    const lines = ['# note', '[other]', 'mlflow_tracking_username = no', '[mlflow]'];
    lines.push('mlflow_tracking_username = ann', 'MLFLOW_TRACKING_PASSWORD: s=p:c ');
    await writeFile(join(home, '.mlflow', 'credentials'), lines.join('\n'));
    const server = await serve(ok);
    const http = createMlflowHttpClient({ HOME: home, MLFLOW_TRACKING_URI: server.url });
    closers.push(http.close);

    await http.json(server.url);

    const expected = Buffer.from('ann:s=p:c').toString('base64');
    expect(server.headers[0]?.authorization).toBe(`Basic ${expected}`);
  });

  it('go to no other host', async () => {
    const server = await serve(ok);
    const environment = {
      MLFLOW_TRACKING_URI: 'http://tracking.example',
      MLFLOW_TRACKING_TOKEN: 't',
    };
    const http = createMlflowHttpClient({ ...environment, MLFLOW_WORKSPACE: 'w' });
    const trusting = createMlflowHttpClient(environment, { trustedOrigins: [server.url] });
    closers.push(http.close, trusting.close);

    await http.json(server.url);
    await trusting.json(server.url);

    expect(server.headers[0]).not.toHaveProperty('authorization');
    expect(server.headers[0]).not.toHaveProperty('x-mlflow-workspace');
    expect(server.headers[1]?.authorization).toBe('Bearer t');
  });
});

describe('TLS', () => {
  const folder = join(import.meta.dirname, 'fixtures', 'tls');
  const caPath = join(folder, 'cert.pem');
  const clientCertPath = join(folder, 'server.pem');

  async function serveTls(options: https.ServerOptions = {}): Promise<string> {
    const pem = await readFile(clientCertPath);
    const server = https.createServer({ key: pem, cert: pem, ...options }, (request, response) => {
      const peer = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
      response.end(JSON.stringify({ peer: peer?.subject?.CN ?? null }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('refuses a certificate of an unknown authority at once, and says how to trust it', async () => {
    const problem = await problemOf(client().json(await serveTls()));

    expect(problem?.kind).toBe('unreachable');
    expect(problem?.message).toContain('self-signed (MLFLOW_TRACKING_SERVER_CERT_PATH');
  });

  it('trusts the authority it is given', async () => {
    expect(await client({ tls: { caPath } }).json(await serveTls())).toEqual({ peer: null });
  });

  it('trusts anyone when told so', async () => {
    expect(await client({ tls: { insecure: true } }).json(await serveTls())).toEqual({
      peer: null,
    });
  });

  it('shows its own certificate', async () => {
    const url = await serveTls({
      requestCert: true,
      rejectUnauthorized: true,
      ca: await readFile(caPath),
    });

    expect(await client({ tls: { caPath, clientCertPath } }).json(url)).toEqual({
      peer: 'localhost',
    });
  });

  it.each([
    ['/nowhere/ca.pem', 'is not there'],
    [join(folder, '..', 'events', 'README.md'), 'is no PEM file'],
    [folder, 'is a folder'],
  ])('says that the CA bundle cannot be read, without its path %s, which %s', async (caPath) => {
    const call = client({ tls: { caPath } }).json('https://127.0.0.1:1');

    await expect(call).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: 'the CA bundle for TLS cannot be read; it must be one PEM file of certificates',
    });
  });

  it('says that the file of its own certificate lacks the key', async () => {
    const call = client({ tls: { clientCertPath: caPath } }).json('https://127.0.0.1:1');

    await expect(call).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('must hold certificate and unencrypted key'),
    });
  });

  it.each([
    [{ MLFLOW_TRACKING_SERVER_CERT_PATH: caPath, REQUESTS_CA_BUNDLE: '/nowhere' }],
    [{ REQUESTS_CA_BUNDLE: caPath, CURL_CA_BUNDLE: '/nowhere' }],
    [{ CURL_CA_BUNDLE: caPath }],
    [{ MLFLOW_TRACKING_INSECURE_TLS: 'true', REQUESTS_CA_BUNDLE: '/nowhere' }],
  ])('trusts what the environment names: %o', async (environment) => {
    const http = createMlflowHttpClient(environment as Record<string, string>);
    closers.push(http.close);

    expect(await http.json(await serveTls())).toEqual({ peer: null });
  });

  it('says that a server does not speak TLS', async () => {
    const server = await serve(ok);
    const problem = await problemOf(client().json(server.url.replace('http:', 'https:')));

    expect(problem?.message).toContain('does not speak TLS');
  });
});

describe('a proxy of the environment', () => {
  it('is asked instead of the host', async () => {
    const proxy = await serve(ok);
    const environment = { HTTP_PROXY: proxy.url };

    expect(await client({ environment }).json('http://tracking.example/api')).toEqual({ ok: true });
    expect(proxy.asked).toEqual(['GET http://tracking.example/api']);
  });
});
