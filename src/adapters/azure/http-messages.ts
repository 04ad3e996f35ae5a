import type { HttpRequest as AzureRequest, HttpResponseInit } from '@azure/functions';
import type { HttpRequest, HttpResponse } from '../../http/http-message.ts';
import { bodyTooLarge } from '../../invocation/limits.ts';
import { decodePath } from '../decode-path.ts';

export interface ReadRequestOptions {
  /** What the host puts before every route, without slashes around it; empty for nothing. */
  readonly routePrefix: string;
  /** What announces more is not read; bytes. */
  readonly maxBodyBytes: number;
}

/**
 * The platform's request as the core's plain one, its body read.
 *
 * @throws {ServingError} REQUEST_TOO_LARGE for a body that announces itself as larger than the limit
 */
export async function toHttpRequest(
  request: AzureRequest,
  { routePrefix, maxBodyBytes }: ReadRequestOptions,
): Promise<HttpRequest> {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    headers[name] = value; // in lower case already
  });
  if (Number(headers['content-length']) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: decodePath(withoutPrefix(pathname, routePrefix)),
    query: search.slice(1),
    headers,
    body: new Uint8Array(await request.arrayBuffer()),
  };
}

/** The core's answer for the platform; HEAD gets no body. */
export const toAzureResponse = (
  { status, headers, body }: HttpResponse,
  method: string,
): HttpResponseInit => ({ status, headers: { ...headers }, body: method === 'HEAD' ? '' : body });

function withoutPrefix(path: string, prefix: string): string {
  if (prefix === '' || !path.toLowerCase().startsWith(`/${prefix.toLowerCase()}`)) return path;
  const rest = path.slice(prefix.length + 1);
  if (rest === '') return '/';
  return rest.startsWith('/') ? rest : path;
}
