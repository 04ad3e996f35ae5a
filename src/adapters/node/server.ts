import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorResponse } from '../../http/error-response.ts';
import type { HttpHandler } from '../../http/http-message.ts';
import { bodyTooLarge } from '../../invocation/limits.ts';
import { announcedBytes, readBody } from './read-body.ts';
import { refuseBody, sendResponse } from './send-response.ts';
import { toHttpRequest } from './to-http-request.ts';

export interface HttpServerOptions {
  readonly answer: HttpHandler;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBodyBytes: number;
  /** @default 60,000 ms - a client that has not sent its whole request by then is cut off (408) */
  readonly requestTimeoutMs?: number;
}

export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:8000`. */
  readonly url: string;
  /**
   * Take no more connections, finish the requests under way, close.
   *
   * @param graceMs what is not finished by then is cut off; ms
   */
  stop(graceMs: number): Promise<void>;
}

/** Longer than a load balancer keeps an idle connection (60 s), so that it never meets a closed one; ms. */
const KEEP_ALIVE_MS = 65_000;
/** A client that takes longer for its headers alone is not one; ms. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often slow clients are looked for; ms. */
const SLOW_CLIENT_CHECK_MS = 5_000;

/**
 * Serve the core over HTTP/1.1 on this machine.
 *
 * @throws {Error} Node's own, with `code` EADDRINUSE, EACCES, EADDRNOTAVAIL or ENOTFOUND, when it cannot listen
 */
export function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, maxBodyBytes, requestTimeoutMs = 60_000 } = options;
  let isStopping = false;
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    exchange(request, response, options, () => isStopping).catch(() => {
      response.destroy(); // Nothing above throws but on a broken connection; there is nobody to tell.
    });
  };
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(SLOW_CLIENT_CHECK_MS, requestTimeoutMs),
    },
    onRequest,
  );
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if ((announcedBytes(request) ?? 0) <= maxBodyBytes) {
      response.writeContinue();
      onRequest(request, response);
    } else {
      response.shouldKeepAlive = false; // Its body never comes: nothing to read, nothing to wait for.
      sendResponse(response, errorResponse(bodyTooLarge(maxBodyBytes)), request.method ?? 'POST');
    }
  });
  const stop = (graceMs: number): Promise<void> => {
    isStopping = true;
    return closeServer(server, graceMs);
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve({ url: urlOf(server), stop });
    });
  });
}

async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, maxBodyBytes }: HttpServerOptions,
  isStopping: () => boolean,
): Promise<void> {
  const reading = await readBody(request, maxBodyBytes);
  if (reading.kind === 'aborted') return;
  if (reading.kind === 'too-large') {
    refuseBody(request, response, errorResponse(bodyTooLarge(maxBodyBytes)));
    return;
  }
  const message = toHttpRequest(request, reading.body);
  const requestId = request.headers['x-request-id'];
  const context = { requestId: typeof requestId === 'string' ? requestId : randomUUID() };
  const answered = await answer(message, context);
  // Asked last: the server may have been stopped meanwhile, and then waits for this connection to end.
  if (isStopping()) response.shouldKeepAlive = false;
  sendResponse(response, answered, message.method);
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  const host = address === '::' || address === '0.0.0.0' ? 'localhost' : address;
  return `http://${family === 'IPv6' && host === address ? `[${host}]` : host}:${port}`;
}
