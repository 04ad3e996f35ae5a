import { createHash, createHmac } from 'node:crypto';
import { encodeRfc3986 } from './encode-rfc3986.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query percent-encoded as `encodeRfc3986` does. */
  readonly url: URL;
  /** Lower-case names; all are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body; lower-case hex. */
  readonly bodySha256: string;
}

export interface SignOptions {
  readonly credentials: AwsCredentials;
  readonly region: string;
  /** `s3`, `execute-api`, … */
  readonly service: string;
  readonly now: Date;
}

/** SHA-256 of no bytes: what a GET sends. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * Sign a request with AWS's Signature Version 4.
 *
 * Our own sixty lines, because the alternatives cost more than the request: the signer of aws4fetch works on
 * the web's Headers and SubtleCrypto, whose first use takes some 25 ms of a cold start (docs/design-notes/artifacts.md).
 *
 * @returns the headers to send, `host` left to the client
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signV4(
  { method, url, headers, bodySha256 }: SignedRequest,
  { credentials, region, service, now }: SignOptions,
): Record<string, string> {
  const timestamp = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${timestamp.slice(0, 8)}/${region}/${service}/aws4_request`;
  const sent: Record<string, string> = {
    ...headers,
    'x-amz-date': timestamp,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const signed = Object.entries({ ...sent, host: url.host }).sort(byCodeUnits);
  const names = signed.map(([name]) => name).join(';');
  const request = [
    method,
    canonicalPath(url, service),
    canonicalQuery(url),
    ...signed.map(([name, value]) => `${name}:${value.trim().replaceAll(/ +/g, ' ')}`),
    '',
    names,
    bodySha256,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(request)].join('\n');
  const signature = hmac(signingKey(credentials, scope), toSign).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope}`;
  return {
    ...sent,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** S3 takes the path as it is sent; every other service encodes it once more and joins repeated slashes. */
const canonicalPath = ({ pathname }: URL, service: string): string =>
  service === 's3'
    ? pathname
    : pathname
        .replaceAll(/\/{2,}/g, '/')
        .split('/')
        .map(encodeRfc3986)
        .join('/');

/** The query as it stands in the URL, ordered by name, then by value. */
function canonicalQuery({ search }: URL): string {
  if (search === '') return '';
  return search
    .slice(1)
    .split('&')
    .map((pair): [string, string] => {
      const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
      return [name, value];
    })
    .sort((a, b) => byCodeUnits(a, b) || byCodeUnits([a[1], ''], [b[1], '']))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Of the day, region and service that `scope` names. */
const signingKey = ({ secretAccessKey }: AwsCredentials, scope: string): string | Buffer =>
  scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);

const byCodeUnits = ([a]: [string, string], [b]: [string, string]): number =>
  a === b ? 0 : a < b ? -1 : 1;
const hmac = (key: string | Buffer, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
