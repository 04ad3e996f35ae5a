import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsV4Signer } from 'aws4fetch';

/** The key pair the fake accepts; AWS's own example. */
export const FAKE_KEYS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** What goes wrong with one request. */
export type Fault =
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly headers?: Record<string, string>;
    }
  | { readonly kind: 'reset' }
  /** A write is done, and nobody hears of it. */
  | { readonly kind: 'lose-answer' }
  /** Announces everything, sends half, then closes or stands still. */
  | { readonly kind: 'truncate' | 'stall' }
  | { readonly kind: 'flip-bytes' | 'ignore-range' | 'no-etag' | 'no-length' };

interface Wanted {
  readonly range: string | undefined;
  readonly etag: string | undefined;
  readonly noneMatch: string | undefined;
  readonly fault: Fault | undefined;
}

export function sendObject(
  response: ServerResponse,
  all: Buffer,
  { range, etag, noneMatch, fault }: Wanted,
): void {
  const tag = tagOf(all);
  if (etag !== undefined && etag !== tag) {
    sendError(response, 412, 'PreconditionFailed');
    return;
  }
  if (noneMatch === tag) {
    response.writeHead(304, { etag: tag }).end();
    return;
  }
  if (fault?.kind !== 'no-etag') response.setHeader('etag', tag);
  let bytes = all;
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (start !== undefined && fault?.kind !== 'ignore-range') {
    if (Number(start) >= all.length) {
      sendError(response, 416, 'InvalidRange');
      return;
    }
    bytes = all.subarray(Number(start), Number(end) + 1);
    response.statusCode = 206;
    response.setHeader(
      'content-range',
      `bytes ${start}-${Number(start) + bytes.length - 1}/${all.length}`,
    );
  }
  if (fault?.kind === 'flip-bytes') bytes = Buffer.from(bytes.map((byte) => byte ^ 1));
  if (fault?.kind !== 'no-length') response.setHeader('content-length', bytes.length);
  if (fault?.kind !== 'truncate' && fault?.kind !== 'stall') {
    response.end(bytes);
    return;
  }
  response.write(bytes.subarray(0, bytes.length >> 1), () => {
    if (fault.kind === 'truncate') response.destroy();
  });
}

/** As S3 makes them of objects in one part. */
export const tagOf = (bytes: Buffer): string =>
  `"${createHash('md5').update(bytes).digest('hex')}"`;

export function sendError(
  response: ServerResponse,
  status: number,
  code?: string,
  headers = {},
): void {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers });
  response.end(
    code === undefined
      ? ''
      : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>from the fake</Message></Error>`,
  );
}

/** Compare with what another implementation of Signature Version 4 makes of the same request. */
export async function checkSignature(
  { headers, method }: IncomingMessage,
  url: URL,
  region = 'us-east-1',
): Promise<string | undefined> {
  const given =
    /Credential=([^/]+)\/\d{8}\/([^/]+)\/s3\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=(\w+)/.exec(
      headers.authorization ?? '',
    );
  if (!given) return 'AccessDenied';
  const [, accessKeyId, signedRegion, names = '', signature] = given;
  if (accessKeyId !== FAKE_KEYS.accessKeyId) return 'InvalidAccessKeyId';
  if (signedRegion !== region) return 'AuthorizationHeaderMalformed';
  const signed = names.split(';').filter((name) => name !== 'host' && name !== 'x-amz-date');
  const signer = new AwsV4Signer({
    ...FAKE_KEYS,
    method: method ?? 'GET',
    url: url.href,
    headers: Object.fromEntries(signed.map((name) => [name, String(headers[name])])),
    service: 's3',
    region,
    datetime: String(headers['x-amz-date']),
    allHeaders: true,
  });
  return (await signer.signature()) === signature ? undefined : 'SignatureDoesNotMatch';
}

/** As S3 writes keys in listings: a space is a plus sign. */
export const formEncode = (text: string): string =>
  encodeURIComponent(text).replaceAll('%2F', '/').replaceAll('%20', '+');
export const xmlEscape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
