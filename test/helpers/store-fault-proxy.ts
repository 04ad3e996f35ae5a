import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendError } from './fake-s3-answers.ts';

/** `lose`: the request is done, and its answer dropped; `truncate`: half of the answer's body comes. */
export type ProxyFault = 'throttle' | 'conflict' | 'cut' | 'lose' | 'truncate';

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  /** Counted from 1. */
  readonly number: number;
}

export interface StoreFaultProxy {
  readonly url: string;
  /** How often each fault was made. */
  readonly counts: Record<ProxyFault, number>;
  /** Decide about each request. */
  set(decide: (request: ProxiedRequest) => ProxyFault | undefined): void;
  close(): Promise<void>;
}

/**
 * An HTTP proxy before a real S3 server or Azurite, for what that does not produce on demand. Requests go on as they came, their host among
 * the headers, so that signatures stay good.
 */
export async function startStoreFaultProxy(target: string): Promise<StoreFaultProxy> {
  const { hostname, port } = new URL(target);
  const agent = new http.Agent({ keepAlive: true });
  const counts = { throttle: 0, conflict: 0, cut: 0, lose: 0, truncate: 0 };
  let decide: (request: ProxiedRequest) => ProxyFault | undefined = () => undefined;
  let number = 0;

  const server = http.createServer(async (incoming, response) => {
    number += 1;
    const { method = '', url: path = '' } = incoming;
    const fault = decide({ method, path, number });
    if (fault !== undefined) counts[fault] += 1;
    if (fault === 'cut') return void incoming.socket.resetAndDestroy();
    const body = await collect(incoming);
    if (fault === 'throttle') return sendError(response, 503, 'SlowDown');
    if (fault === 'conflict') return sendError(response, 409, 'ConditionalRequestConflict');
    const options = { agent, hostname, port, method, path, headers: incoming.headers };
    const onward = http.request(options, (answer) => {
      collect(answer).then(
        (bytes) => pass(answer, bytes, fault, response),
        () => incoming.socket.destroy(), // the server's fault is passed on
      );
    });
    onward.on('error', () => incoming.socket.destroy());
    onward.end(body);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    set(next) {
      decide = next;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(
  answer: IncomingMessage,
  bytes: Buffer,
  fault: ProxyFault | undefined,
  response: ServerResponse,
): void {
  if (fault === 'lose') return void response.socket?.resetAndDestroy();
  const { 'transfer-encoding': _, ...headers } = answer.headers;
  const hasBody = answer.statusCode !== 304 && answer.statusCode !== 204;
  response.writeHead(answer.statusCode ?? 502, {
    ...headers,
    ...(hasBody && headers['content-length'] === undefined && { 'content-length': bytes.length }),
  });
  if (fault !== 'truncate' || bytes.length === 0) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
