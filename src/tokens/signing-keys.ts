import type { Fetcher } from 'aws-jwt-verify/https';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { SimpleJwksCache } from 'aws-jwt-verify/jwk';
import { discoverKeys } from './discover-keys.ts';

export interface SigningKeysOptions {
  readonly issuer: string;
  /** @default asked of the issuer */
  readonly jwksUri?: string | undefined;
  /** @default the library's: HTTPS, 3 s, one more attempt */
  readonly fetcher?: Fetcher;
  /** @default Date.now - ms */
  readonly now?: () => number;
}

export interface SigningKeys {
  /** Looks an unknown key up at the issuer, at most once in 10 s when it is unknown there, too. */
  readonly cache: SimpleJwksCache;
  /**
   * Where the keys are; on return they are not older than an hour, if the issuer can be reached.
   *
   * @throws {FetchError} the issuer cannot be asked, and there are no keys yet
   * @throws {ServingError} TEMPORARILY_UNAVAILABLE when its answer makes no sense
   */
  ready(): Promise<string>;
}

/** A key that the issuer has withdrawn is not believed for longer; ms. */
const MAX_AGE_MS = 60 * 60_000;
/** The next attempt when the issuer could not be reached; ms. */
const RETRY_MS = 60_000;

/**
 * The keys of an issuer.
 *
 * While the issuer is out of reach, the keys that are known go on being used: its outage is none of the endpoint.
 */
export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { issuer, now = Date.now, fetcher = new SimpleFetcher() } = options;
  const cache = new SimpleJwksCache({ fetcher });
  let jwksUri = options.jwksUri;
  let renewAtMs = 0;
  let hasKeys = false;
  return {
    cache,
    async ready() {
      jwksUri ??= await discoverKeys(issuer, fetcher);
      if (now() < renewAtMs) return jwksUri;
      try {
        await cache.getJwks(jwksUri);
        hasKeys = true;
        renewAtMs = now() + MAX_AGE_MS;
      } catch (error) {
        if (!hasKeys) throw error;
        renewAtMs = now() + RETRY_MS;
      }
      return jwksUri;
    },
  };
}
