import { ServingError } from '../../errors.ts';
import { errorResponse } from '../../http/error-response.ts';
import type { HttpResponse } from '../../http/http-message.ts';
import type { Log } from '../../log.ts';
import type { VerifyToken } from '../../tokens/verify-token.ts';

/** The refusal of a caller by the header `authorization`; `undefined` for one who may call. Never rejects. */
export type FindRefusal = (authorization: string | null) => Promise<HttpResponse | undefined>;

/**
 * Let only in who sends a good token of Entra ID (or another issuer of OpenID Connect): where no Easy Auth stands in front.
 *
 * Without one 401, with one that lacks a scope or a role 403. When the issuer's keys cannot be had, 503: neither would be true.
 *
 * @see RFC 6750, section 3
 */
export function requireToken(verify: VerifyToken, log: Log): FindRefusal {
  return async (authorization) => {
    const token = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    try {
      const verdict = token === undefined ? NO_TOKEN : await verify(token);
      if (verdict.kind === 'accepted') return undefined;
      log.info('caller refused', { why: verdict.why });
      return verdict.kind === 'refused' ? refused(verdict.why, token) : forbidden(verdict.why);
    } catch (error) {
      log.error('a token could not be judged', { error });
      return errorResponse(error);
    }
  };
}

const NO_TOKEN = { kind: 'refused', why: 'there is no bearer token' } as const;

function refused(why: string, token: string | undefined): HttpResponse {
  const response = errorResponse(new ServingError('UNAUTHENTICATED', `not signed in: ${why}`));
  const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  return { ...response, headers: { ...response.headers, 'www-authenticate': challenge } };
}

function forbidden(why: string): HttpResponse {
  const response = errorResponse(
    new ServingError('PERMISSION_DENIED', `the token is good, but ${why}`),
  );
  const challenge = 'Bearer error="insufficient_scope"';
  return { ...response, headers: { ...response.headers, 'www-authenticate': challenge } };
}
