import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const TLS = join(import.meta.dirname, '..', 'contract', 'fixtures', 'tls');

/** The authority to trust for the issuer's certificate. */
export const ISSUER_CA_PATH = join(TLS, 'cert.pem');

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** As it is published. */
  readonly jwk: Record<string, unknown>;
}

const KINDS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  RS512: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const;

export type Algorithm = keyof typeof KINDS;
export const ALGORITHMS = Object.keys(KINDS) as Algorithm[];

export function createKey(kid: string, alg: Algorithm = 'RS256'): SigningKey {
  const { privateKey, publicKey } = KINDS[alg]();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

/** A signed token; `header` goes over what the key says. */
export function makeToken(
  key: SigningKey,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
): string {
  const head = encode({ typ: 'JWT', alg: key.alg, kid: key.kid, ...header });
  const input = `${head}.${encode(claims)}`;
  const digest = key.alg === 'EdDSA' ? null : `sha${key.alg.slice(2)}`;
  const options = { key: key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${signBytes(digest, Buffer.from(input), options).toString('base64url')}`;
}

export const encode = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

export interface TokenIssuer {
  /** With a slash at its end, as Auth0's. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** What is published now. */
  keys: readonly SigningKey[];
  /** What the issuer says of itself. */
  document: Record<string, unknown>;
  /** Answer everything with this status, or not at all. @default 200 */
  status: number | 'silent';
  /** Paths that were asked for, oldest first. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** An OpenID Connect issuer over HTTPS, as far as verifying tokens goes. */
export async function startTokenIssuer(keys: readonly SigningKey[]): Promise<TokenIssuer> {
  const pem = readFileSync(join(TLS, 'server.pem'));
  const asked: string[] = [];
  const server = https.createServer({ key: pem, cert: pem }, ({ url = '' }, response) => {
    asked.push(url);
    if (issuer.status === 'silent') return;
    const body = url === '/keys' ? { keys: issuer.keys.map(({ jwk }) => jwk) } : issuer.document;
    const isKnown = url === '/keys' || url === '/.well-known/openid-configuration';
    response.writeHead(isKnown ? issuer.status : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TokenIssuer = {
    issuer: `${url}/`,
    jwksUri: `${url}/keys`,
    keys,
    document: { issuer: `${url}/`, jwks_uri: `${url}/keys` },
    status: 200,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return issuer;
}
