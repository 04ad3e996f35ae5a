import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignOptions {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly now: Date;
}

/** SHA-256 of no bytes: what a GET sends. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Sign a GET to S3 with Signature Version 4.
 *
 * Our own sixty lines, because the alternatives cost more than the request: the signer of aws4fetch works on
 * the web's Headers and SubtleCrypto, whose first use takes some 25 ms of a cold start (docs/design-notes/artifacts.md).
 *
 * @param url its path and query must be percent-encoded as `encodeRfc3986` does
 * @param headers lower-case names; all are signed
 * @returns the headers to send, `host` left to the client
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signS3Get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { credentials, region, now }: SignOptions,
): Record<string, string> {
  const timestamp = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const day = timestamp.slice(0, 8);
  const scope = `${day}/${region}/s3/aws4_request`;
  const sent: Record<string, string> = {
    ...headers,
    'x-amz-content-sha256': EMPTY_SHA256,
    'x-amz-date': timestamp,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const signed = Object.entries({ ...sent, host: url.host }).sort(byCodeUnits);
  const names = signed.map(([name]) => name).join(';');
  const request = [
    'GET',
    url.pathname,
    canonicalQuery(url),
    ...signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    EMPTY_SHA256,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(request)].join('\n');
  const signature = hmac(signingKey(credentials, region, day), toSign).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${names},Signature=${signature}`,
  };
}

/** Percent-encode everything but letters, digits and `-._~`, as S3 does before it compares signatures. */
export const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** The query as it stands in the URL, in the order S3 wants. */
function canonicalQuery(url: URL): string {
  if (url.search === '') return '';
  const pairs = url.search.slice(1).split('&');
  return pairs
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}

function signingKey(credentials: AwsCredentials, region: string, day: string): Buffer {
  const dayKey = hmac(`AWS4${credentials.secretAccessKey}`, day);
  return hmac(hmac(hmac(dayKey, region), 's3'), 'aws4_request');
}

const byCodeUnits = ([a]: [string, string], [b]: [string, string]): number => (a < b ? -1 : 1);
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
