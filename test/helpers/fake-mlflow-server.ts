import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** One recorded call of MLflow's REST API. */
export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly requestJson?: unknown;
  readonly status: number;
  readonly responseJson?: unknown;
  readonly error?: { readonly error_code: string };
}

export interface FakeServer {
  readonly url: string;
  /** What was asked, oldest first: `GET /path?query`. */
  readonly asked: readonly string[];
  readonly headers: readonly IncomingMessage['headers'][];
  close(): Promise<void>;
}

export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
) => void | Promise<void>;

/** A local HTTP server that answers what `answer` says and keeps what it was asked. */
export async function startServer(answer: Answer): Promise<FakeServer> {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = http.createServer(async (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
    let body = '';
    for await (const chunk of request) body += chunk;
    await answer(request, response, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    headers,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** An MLflow server that knows only what was recorded; of equal calls the last one counts. */
export function startMlflowReplay(calls: readonly RecordedCall[]): Promise<FakeServer> {
  const answers = new Map(
    calls.map((call) => [keyOf(call.method, call.path, call.requestJson), call]),
  );
  return startServer((request, response, body) => {
    const json: unknown = body === '' ? undefined : JSON.parse(body);
    const call = answers.get(keyOf(request.method ?? '', request.url ?? '', json));
    if (call === undefined || (call.responseJson === undefined && call.error === undefined)) {
      response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><title>404 Not Found</title>');
      return;
    }
    response.writeHead(call.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(call.responseJson ?? { ...call.error, message: 'as recorded' }));
  });
}

/** The query in any order and any encoding. */
function keyOf(method: string, path: string, json: unknown): string {
  const url = new URL(path, 'http://localhost');
  url.searchParams.sort();
  return `${method} ${url.pathname}?${url.searchParams} ${JSON.stringify(json ?? null)}`;
}
