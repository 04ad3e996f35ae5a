import {
  FetchError,
  JwksValidationError,
  JwkValidationError,
  JwtBaseError,
  JwtExpiredError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtWithoutValidKidError,
  KidNotFoundInJwksError,
  WaitPeriodNotYetEndedJwkError,
} from 'aws-jwt-verify/error';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { ServingError } from '../errors.ts';
import {
  type ClaimRules,
  type Claims,
  findClaimFault,
  findMissingScopes,
  hasRole,
} from './check-claims.ts';
import { createSigningKeys, type SigningKeysOptions } from './signing-keys.ts';

/** Which tokens are good. */
export interface TokenRules extends ClaimRules {
  /** Exactly as the claim `iss` says it. */
  readonly issuer: string;
  readonly jwksUri?: string | undefined;
}

export type Verdict =
  | { readonly kind: 'accepted'; readonly claims: Claims }
  /** The token is good, but not for this. */
  | { readonly kind: 'forbidden'; readonly claims: Claims; readonly why: string }
  /** No good token. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Judge one token.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when the issuer's keys cannot be had, which says nothing of the token
 */
export type VerifyToken = (token: string) => Promise<Verdict>;

/** Clocks differ; seconds. */
const GRACE_SECONDS = 30;

/**
 * Verify tokens of one OpenID Connect issuer: RS256 to RS512, ES256 to ES512 and EdDSA, by the keys that it publishes.
 *
 * No algorithm with a shared secret and no `none` is among them, so that a public key can never be taken for a secret.
 */
export function createTokenVerifier(
  rules: TokenRules,
  options: Pick<SigningKeysOptions, 'fetcher' | 'now'> = {},
): VerifyToken {
  const { issuer, jwksUri } = rules;
  const keys = createSigningKeys({ issuer, jwksUri, ...options });
  let verifier: { readonly uri: string; verify(token: string): Promise<Claims> } | undefined;

  async function verify(token: string): Promise<Claims> {
    const uri = await keys.ready();
    if (verifier?.uri !== uri) {
      const made = JwtVerifier.create(
        {
          issuer,
          audience: null,
          jwksUri: uri,
          graceSeconds: GRACE_SECONDS,
          customJwtCheck: ({ header, payload }) => {
            const fault =
              'crit' in header ? 'it has extensions (crit)' : findClaimFault(payload, rules);
            if (fault !== undefined) throw new ClaimFault(fault);
          },
        },
        { jwksCache: keys.cache },
      );
      verifier = { uri, verify: (text) => made.verify(text) };
    }
    return verifier.verify(token);
  }

  return async (token) => {
    let claims: Claims;
    try {
      claims = await verify(token);
    } catch (error) {
      return { kind: 'refused', why: reasonOf(error, issuer) };
    }
    const missing = findMissingScopes(claims, rules);
    if (missing.length > 0) {
      return { kind: 'forbidden', claims, why: `it lacks the scope ${missing.join(', ')}` };
    }
    if (hasRole(claims, rules)) return { kind: 'accepted', claims };
    return {
      kind: 'forbidden',
      claims,
      why: `it has none of the roles ${rules.roles?.join(', ')}`,
    };
  };
}

class ClaimFault extends JwtBaseError {}

/**
 * Why a token was refused, without a word of it.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it was not the token's fault; anything else is a bug, and thrown on
 */
function reasonOf(error: unknown, issuer: string): string {
  if (error instanceof ClaimFault) return error.message;
  if (KEYS_FAULTS.some((kind) => error instanceof kind)) {
    const message = `the keys of ${issuer} cannot be had: ${(error as Error).message}`;
    throw new ServingError('TEMPORARILY_UNAVAILABLE', message, { cause: error });
  }
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ERR_CRYPTO_OPERATION_FAILED') return 'its signature does not fit'; // none of its kind's length
  if (code.startsWith('ERR_CRYPTO_')) return 'its key cannot be used here';
  if (!(error instanceof JwtBaseError)) throw error;
  return REASONS.find(([kind]) => error instanceof kind)?.[1] ?? 'it is no token';
}

const KEYS_FAULTS = [FetchError, JwksValidationError, JwkValidationError];

const REASONS = [
  [JwtExpiredError, 'it has expired'],
  [JwtNotBeforeError, 'it is not valid yet'],
  [JwtInvalidIssuerError, 'it is of another issuer (iss)'],
  [JwtInvalidSignatureAlgorithmError, 'it is signed by another algorithm than its key is for'],
  [JwtInvalidSignatureError, 'its signature does not fit'],
  [JwtWithoutValidKidError, 'it names no key (kid)'],
  [KidNotFoundInJwksError, 'its issuer has no such key (kid)'],
  [WaitPeriodNotYetEndedJwkError, 'its issuer had no such key (kid) a moment ago'],
] as const;
