import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from '../../http/http-message.ts';
import { decodePath } from '../decode-path.ts';

/** Node's request and its collected body as the core's plain request. */
export function toHttpRequest(request: IncomingMessage, body: Buffer): HttpRequest {
  const target = originForm(request.url ?? '/');
  const mark = target.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: decodePath(mark < 0 ? target : target.slice(0, mark)),
    query: mark < 0 ? '' : target.slice(mark + 1),
    // Lists are only kept for `set-cookie`, which no request has.
    headers: request.headers as Record<string, string | undefined>,
    body,
  };
}

/** `http://host/ping`, as proxies send it, without scheme and host. */
const originForm = (target: string): string =>
  target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/';
