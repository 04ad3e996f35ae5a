import type { Fetcher } from 'aws-jwt-verify/https';
import { ServingError } from '../errors.ts';

/**
 * Ask an OpenID Connect issuer where its keys are.
 *
 * @throws {FetchError} it cannot be asked
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when the document is none, or speaks for another issuer
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
 */
export async function discoverKeys(issuer: string, fetcher: Fetcher): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const { issuer: named, jwks_uri: jwksUri } = parse(await fetcher.fetch(url));
  if (named !== issuer) {
    throw unusable(
      `${url} speaks for another issuer than ${issuer}; is the slash at its end right? Name it exactly as the claim iss does`,
    );
  }
  if (typeof jwksUri !== 'string' || URL.parse(jwksUri)?.protocol !== 'https:') {
    throw unusable(`${url} names no https address of keys (jwks_uri); set it by hand`);
  }
  return jwksUri;
}

function parse(bytes: ArrayBuffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // What it says instead is of no use: the caller reports that it names no issuer.
  }
  return {};
}

const unusable = (message: string): ServingError =>
  new ServingError('TEMPORARILY_UNAVAILABLE', message);
