import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { ACCOUNT, REGION } from '../resolve-intrinsics.ts';
import { Refusal } from './gateway-response.ts';

/** Somebody with AWS credentials. */
export interface Principal {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const MAX_SKEW_MS = 5 * 60_000;
const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/execute-api\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=\w{64}$/;

/**
 * Check a Signature Version 4 by making it again, with the body's own digest.
 *
 * @throws {Refusal} MISSING_AUTHENTICATION_TOKEN, INVALID_SIGNATURE
 */
export async function verifySignature(
  request: SignedRequest,
  principals: readonly Principal[],
): Promise<Principal> {
  const { authorization, 'x-amz-date': datetime = '' } = request.headers;
  const [, accessKeyId, region, signedNames = ''] = FORM.exec(authorization ?? '') ?? [];
  if (accessKeyId === undefined) throw new Refusal('MISSING_AUTHENTICATION_TOKEN');
  const principal = principals.find((known) => known.accessKeyId === accessKeyId);
  if (principal === undefined || region !== REGION || isStale(datetime)) {
    throw new Refusal('INVALID_SIGNATURE');
  }
  const digest = createHash('sha256').update(request.body).digest('hex');
  if ((request.headers['x-amz-content-sha256'] ?? digest) !== digest) {
    throw new Refusal('INVALID_SIGNATURE');
  }
  const names = signedNames.split(';').filter((name) => name !== 'host' && name !== 'x-amz-date');
  const signer = new AwsV4Signer({
    accessKeyId,
    secretAccessKey: principal.secretAccessKey,
    method: request.method,
    url: request.url,
    body: new Uint8Array(request.body),
    headers: Object.fromEntries(names.map((name) => [name, request.headers[name] ?? ''])),
    service: 'execute-api',
    region,
    datetime,
    allHeaders: true,
  });
  const expected = await signer.authHeader();
  if (signatureOf(expected) !== signatureOf(authorization ?? '')) {
    throw new Refusal('INVALID_SIGNATURE');
  }
  return principal;
}

const signatureOf = (header: string): string => header.slice(header.lastIndexOf('=') + 1);

function isStale(datetime: string): boolean {
  const iso = datetime.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5');
  return !(Math.abs(Date.now() - Date.parse(iso)) < MAX_SKEW_MS);
}

/** What the function sees of a caller with credentials. */
export const identityOf = ({ accessKeyId, arn }: Principal): Record<string, string> => ({
  accessKey: accessKeyId,
  accountId: ACCOUNT,
  caller: arn.slice(arn.lastIndexOf('/') + 1),
  user: arn.slice(arn.lastIndexOf('/') + 1),
  userArn: arn,
});
