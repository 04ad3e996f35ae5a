import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpServer, startHttpServer } from '../../../src/adapters/node/server.ts';
import type { HttpHandler, HttpResponse } from '../../../src/http/http-message.ts';
import { describeHttpDoor } from './http-door.suite.ts';
import { sendOverHttp } from './send-over-http.ts';

const OK: HttpResponse = { status: 200, headers: {}, body: 'ok' };
const answerOk: HttpHandler = async () => OK;
const LOCAL = { host: '127.0.0.1', port: 0, maxBodyBytes: 1_000 };

describeHttpDoor('Node', async (answer) => {
  const server = await startHttpServer({ ...LOCAL, answer });
  return {
    send: (request) => sendOverHttp(server.url, request),
    close: () => server.stop(0),
  };
});

describe('startHttpServer', () => {
  const servers: HttpServer[] = [];
  const start = async (options: Partial<Parameters<typeof startHttpServer>[0]>) => {
    const server = await startHttpServer({ ...LOCAL, answer: answerOk, ...options });
    servers.push(server);
    return server;
  };
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop(0))));

  it('refuses a body that is announced as too large, before it is sent', async () => {
    const { url } = await start({});

    const answer = await sendRaw(
      url,
      'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\nexpect: 100-continue\r\n\r\n',
    );

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"error_code": "REQUEST_TOO_LARGE"');
    expect(answer).toContain('larger than 1000 bytes');
  });

  it('tells a client that waits for leave to send its body', async () => {
    const { url } = await start({});

    const answer = await sendRaw(
      url,
      'POST /invocations HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n',
      { after: '100 Continue', text: '{}' },
    );

    expect(answer).toContain('HTTP/1.1 100 Continue');
    expect(answer).toContain('HTTP/1.1 200 OK');
  });

  it('refuses a chunked body as soon as it is too large, though the client goes on', async () => {
    const { url } = await start({});
    const chunk = `3e8\r\n${'x'.repeat(1_000)}\r\n`;

    const answer = await sendRaw(
      url,
      `POST /invocations HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(500)}0\r\n\r\n`,
    );

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('lets a client read the refusal of a large body that it sends whole', async () => {
    const { url } = await start({});

    const { status } = await sendOverHttp(url, {
      method: 'POST',
      path: '/invocations',
      body: 'x'.repeat(5_000_000),
    });

    expect(status).toBe(413);
  });

  it('finishes a request under way when it is stopped, and takes no new one', async () => {
    const { promise: gate, resolve: finish } = Promise.withResolvers<void>();
    const { promise: started, resolve: onStarted } = Promise.withResolvers<void>();
    const server = await start({
      answer: async () => {
        onStarted();
        await gate;
        return OK;
      },
    });
    const answer = sendOverHttp(server.url, { method: 'POST', path: '/invocations' });
    await started;

    const stopped = server.stop(10_000);
    const late = sendOverHttp(server.url, { method: 'GET', path: '/ping' });
    await expect(late).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
    finish();

    expect((await answer).body).toBe('ok');
    await stopped;
  });

  it('cuts off what is not finished in the time given to stop', async () => {
    const { promise: started, resolve: onStarted } = Promise.withResolvers<void>();
    const server = await start({
      answer: () => {
        onStarted();
        return new Promise(() => {});
      },
    });
    const answer = sendOverHttp(server.url, { method: 'GET', path: '/ping' });
    answer.catch(() => {});
    await started;

    await server.stop(50);

    await expect(answer).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  it.each([
    { name: 'headers', text: 'POST /invocations HTTP/1.1\r\nhost:' },
    { name: 'a body', text: 'POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{' },
  ])('cuts a client off that does not send $name to their end', async ({ text }) => {
    const { url } = await start({ requestTimeoutMs: 100 });

    expect(await sendRaw(url, text)).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  it('rejects when the port is taken', async () => {
    const { url } = await start({});

    await expect(start({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('answers several requests on one connection', async () => {
    const { url } = await start({});
    const request = 'GET /ping HTTP/1.1\r\nhost: x\r\n\r\n';
    const last = 'GET /ping HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

    const answers = await sendRaw(url, request + request + last);

    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
  });

  it('goes on after a client that went away in the middle of its body', async () => {
    const { url } = await start({});
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST /invocations HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();

    const { status } = await sendOverHttp(url, { method: 'GET', path: '/ping' });

    expect(status).toBe(200);
  });
});

/** Write text to the server and collect everything it says until it closes. */
function sendRaw(
  url: string,
  text: string,
  then?: { after: string; text: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    let isSent = false;
    socket.on('data', (chunk) => {
      received += chunk;
      if (then && !isSent && received.includes(then.after)) {
        isSent = true;
        socket.write(then.text);
      }
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(received));
    socket.write(text);
  });
}
