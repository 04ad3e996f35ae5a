import type { ReadableStreamReadResult } from 'node:stream/web';
import type { HttpRequest as AzureRequest, HttpResponseInit } from '@azure/functions';
import { badRequest } from '../../errors.ts';
import type { HttpRequest, HttpResponse } from '../../http/http-message.ts';
import { bodyTooLarge } from '../../invocation/limits.ts';
import { decodePath } from '../decode-path.ts';

export interface ReadRequestOptions {
  /** What the host puts before every route, without slashes around it; empty for nothing. */
  readonly routePrefix: string;
  /** What announces more is not read, and of what does not announce itself no more than this; bytes. */
  readonly maxBodyBytes: number;
  /** Whether the host streams bodies. @default false */
  readonly isStreamed?: boolean;
}

/**
 * The platform's request as the core's plain one, its body read.
 *
 * @throws {ServingError} REQUEST_TOO_LARGE; BAD_REQUEST for a body in chunks that the host has kept to itself
 */
export async function toHttpRequest(
  request: AzureRequest,
  options: ReadRequestOptions,
): Promise<HttpRequest> {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    headers[name] = value; // in lower case already
  });
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    path: decodePath(withoutPrefix(pathname, options.routePrefix)),
    query: search.slice(1),
    headers,
    body: await readBody(request, options),
  };
}

async function readBody(
  { headers, body, method }: AzureRequest,
  { maxBodyBytes, isStreamed = false }: ReadRequestOptions,
): Promise<Uint8Array> {
  const announced = headers.get('content-length');
  if (Number(announced) > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  // Without streams the host hands over only what has a length (GrpcMessageConversionExtensions.cs, `ToRpcHttp`).
  const isInChunks = announced === null && /chunked/i.test(headers.get('transfer-encoding') ?? '');
  if (body === null && isInChunks && !isStreamed && method === 'POST') throw bodyLost();
  return body === null ? new Uint8Array() : readStream(body, maxBodyBytes);
}

/** What is too long is left where it is: to cancel it would cut the connection that the answer takes. */
async function readStream(
  stream: NonNullable<AzureRequest['body']>,
  maxBytes: number,
): Promise<Uint8Array> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = (await reader.read()) as ReadableStreamReadResult<Uint8Array>;
    if (done) return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
    sizeBytes += value.byteLength;
    if (sizeBytes > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(value);
  }
}

const bodyLost = () =>
  badRequest(
    'the body came in chunks, which this function app does not get from its host: send a content-length, or set MLFLOW_SERVERLESS_HTTP_STREAMS=true',
  );

/** The core's answer for the platform; HEAD gets no body. */
export function toAzureResponse(
  { status, headers, body }: HttpResponse,
  method: string,
  { isStreamed = false }: Pick<ReadRequestOptions, 'isStreamed'> = {},
): HttpResponseInit {
  if (method === 'HEAD') return { status, headers: { ...headers }, body: '' };
  // A message of the host has a length of its own, a stream only what is said of it.
  const length = isStreamed ? { 'content-length': String(Buffer.byteLength(body)) } : {};
  return { status, headers: { ...headers, ...length }, body };
}

function withoutPrefix(path: string, prefix: string): string {
  if (prefix === '' || !path.toLowerCase().startsWith(`/${prefix.toLowerCase()}`)) return path;
  const rest = path.slice(prefix.length + 1);
  if (rest === '') return '/';
  return rest.startsWith('/') ? rest : path;
}
