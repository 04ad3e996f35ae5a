import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkSignature,
  type Fault,
  formEncode,
  sendError,
  sendObject,
  tagOf,
  xmlEscape,
} from './fake-s3-answers.ts';
import { createWrites } from './fake-s3-writes.ts';

export interface FakeRequest {
  readonly method: string;
  readonly bucket: string;
  /** Empty for a listing. */
  readonly key: string;
  readonly range: string | undefined;
  readonly etag: string | undefined;
  /** Tag that the answer must not have, `*` for any: only if there is news. */
  readonly noneMatch: string | undefined;
  readonly headers: IncomingMessage['headers'];
  /** 1 for the first request of this key and range. */
  readonly attempt: number;
}

export interface FakeS3 {
  readonly url: string;
  readonly requests: FakeRequest[];
  /** The most requests that were open at once. */
  readonly mostAtOnce: () => number;
  /** How many connections were made. */
  readonly connections: () => number;
  put(bucket: string, key: string, bytes: Uint8Array | string): void;
  get(bucket: string, key: string): Buffer | undefined;
  delete(bucket: string, key: string): void;
  /** Decide about each request, after its signature was found good. */
  setFault(decide: (request: FakeRequest) => Fault | undefined): void;
  close(): Promise<void>;
}

export interface FakeS3Options {
  readonly region?: string;
  /** @default 1,000 - keys on a page of a listing */
  readonly pageKeys?: number;
  /** @default false - true answers without a signature too */
  readonly isPublic?: boolean;
}

/**
 * A small S3 in this process: GetObject with ranges and conditions, ListObjectsV2, conditional PutObject, uploads in parts and
 * their list, DeleteObjects; signatures checked, faults on demand.
 */
export async function startFakeS3(options: FakeS3Options = {}): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const buckets = new Set<string>();
  const writes = createWrites(objects);
  const requests: FakeRequest[] = [];
  const attempts = new Map<string, number>();
  const sockets = new Set<Socket>();
  let decide: (request: FakeRequest) => Fault | undefined = () => undefined;
  let open = 0;
  let most = 0;
  let connections = 0;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '', `http://${incoming.headers.host}`);
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const key = rest.map(decodeURIComponent).join('/');
    const { range, 'if-match': etag, 'if-none-match': noneMatch } = incoming.headers;
    const method = incoming.method ?? 'GET';
    const body = await collect(incoming);
    const name = `${method} ${bucket}/${key} ${range ?? ''} ${url.search}`;
    attempts.set(name, (attempts.get(name) ?? 0) + 1);
    const attempt = attempts.get(name) ?? 1;
    const { headers } = incoming;
    const request = { method, bucket, key, range, etag, noneMatch, headers, attempt };
    requests.push(request);
    const refusal = options.isPublic
      ? undefined
      : await checkSignature(incoming, url, options.region);
    if (refusal) return sendError(response, 403, refusal);
    const fault = decide(request);
    if (fault?.kind === 'delay') await sleep(fault.ms);
    if (fault?.kind === 'reset') return void incoming.socket.resetAndDestroy();
    if (fault?.kind === 'status') {
      return sendError(response, fault.status, fault.code, fault.headers);
    }
    if (!buckets.has(bucket)) return sendError(response, 404, 'NoSuchBucket');
    if (method !== 'GET' || url.searchParams.has('uploads')) {
      if (fault?.kind === 'lose-answer') {
        response.end = () => {
          incoming.socket.resetAndDestroy();
          return response;
        };
      }
      return writes.answer({ request, url, body }, response);
    }
    if (key === '') return sendListing(response, url.searchParams, bucket);
    const bytes = objects.get(`${bucket}/${key}`);
    if (!bytes) return sendError(response, 404, 'NoSuchKey');
    sendObject(response, bytes, { range, etag, noneMatch, fault });
  }

  function sendListing(response: ServerResponse, query: URLSearchParams, bucket: string): void {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const after = query.get('continuation-token') ?? '';
    const folders = new Set<string>();
    const contents: string[] = [];
    const keys = [...objects.keys()]
      .filter((name) => name.startsWith(`${bucket}/${prefix}`))
      .map((name) => name.slice(bucket.length + 1))
      .filter((key) => key > after)
      .sort();
    const page = keys.slice(0, options.pageKeys ?? 1000);
    for (const key of page) {
      const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      if (cut !== -1) folders.add(key.slice(0, cut + 1));
      else
        contents.push(
          `<Contents><Key>${formEncode(key)}</Key><ETag>${xmlEscape(tagOf(objects.get(`${bucket}/${key}`) ?? Buffer.of()))}</ETag><Size>${objects.get(`${bucket}/${key}`)?.length}</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`,
        );
    }
    const token =
      page.length < keys.length
        ? `<NextContinuationToken>${xmlEscape(page.at(-1) ?? '')}</NextContinuationToken>`
        : '';
    const prefixes = [...folders].map(
      (name) => `<CommonPrefixes><Prefix>${formEncode(name)}</Prefix></CommonPrefixes>`,
    );
    response.setHeader('content-type', 'application/xml');
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>${token}${contents.join('')}${prefixes.join('')}</ListBucketResult>`,
    );
  }

  const server = createServer((incoming, response) => {
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => {
      open -= 1;
    });
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    connections += 1;
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    mostAtOnce: () => most,
    connections: () => connections,
    put(bucket, key, bytes) {
      buckets.add(bucket);
      objects.set(`${bucket}/${key}`, Buffer.from(bytes as Uint8Array));
    },
    delete: (bucket, key) => void objects.delete(`${bucket}/${key}`),
    get: (bucket, key) => objects.get(`${bucket}/${key}`),
    setFault(next) {
      decide = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function collect(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}
