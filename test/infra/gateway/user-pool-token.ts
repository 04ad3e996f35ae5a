import { type KeyObject, verify } from 'node:crypto';

/** What the gateway knows of a Cognito user pool. */
export interface UserPoolKey {
  readonly issuer: string;
  readonly publicKey: KeyObject;
}

/** The claims of a pool's token (RS256); `undefined` when it is not good now. */
export function readUserPoolToken(
  authorization: string,
  { issuer, publicKey }: UserPoolKey,
  nowMs: number,
): Record<string, unknown> | undefined {
  const [header = '', payload = '', signature = ''] = authorization
    .replace(/^Bearer /, '')
    .split('.');
  const isGenuine = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${payload}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  if (!isGenuine) return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<
    string,
    unknown
  >;
  return claims['iss'] === issuer && Number(claims['exp']) * 1000 > nowMs ? claims : undefined;
}
