import type { Log } from '../../log.ts';
import { type Claims, scopesOf } from '../../tokens/check-claims.ts';
import type { VerifyToken } from '../../tokens/verify-token.ts';
import { type AuthorizerResult, policyFor } from './authorizer-policy.ts';

/** The part of an authorizer's event that is read: of kind TOKEN, or REQUEST. */
export interface AuthorizerEvent {
  readonly methodArn: string;
  readonly authorizationToken?: string | null;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
}

export type AuthorizerHandler = (event: AuthorizerEvent) => Promise<AuthorizerResult>;

/**
 * A Lambda authorizer for REST APIs: `Authorization: Bearer <token>`.
 *
 * No good token is answered with 401, a good one that lacks a scope with 403. When the keys of the issuer cannot be had, the
 * function fails and API Gateway answers 500: neither answer would be true, and none must be remembered.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function createJwtAuthorizer(verify: VerifyToken, log: Log): AuthorizerHandler {
  return async (event) => {
    const token = findBearerToken(event);
    const verdict = token === undefined ? NO_TOKEN : await verify(token);
    if (verdict.kind !== 'accepted') log.info('caller refused', { why: verdict.why });
    if (verdict.kind === 'refused') throw unauthorized();
    const effect = verdict.kind === 'accepted' ? 'Allow' : 'Deny';
    return policyFor(event.methodArn, callerOf(verdict.claims), effect);
  };
}

const NO_TOKEN = { kind: 'refused', why: 'there is no bearer token' } as const;

function findBearerToken({ authorizationToken, headers }: AuthorizerEvent): string | undefined {
  const header =
    authorizationToken ??
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization')?.[1];
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

/** API Gateway makes 401 of this very message; the stack would be a line of the log for each such request. */
function unauthorized(): Error {
  const error = new Error('Unauthorized');
  error.stack = error.message;
  return error;
}

/** What is known of the caller; issuers name the client differently. */
function callerOf(claims: Claims): Pick<AuthorizerResult, 'principalId' | 'context'> {
  const subject = textAt(claims, ['sub']);
  const client = textAt(claims, ['client_id', 'azp', 'cid', 'appid']);
  const scope = scopesOf(claims).join(' ');
  return {
    principalId: subject ?? client ?? 'unknown',
    context: {
      ...(subject !== undefined && { sub: subject }),
      ...(client !== undefined && { clientId: client }),
      ...(scope !== '' && { scope }),
    },
  };
}

function textAt(claims: Claims, names: readonly string[]): string | undefined {
  const found = names.map((name) => claims[name]).find((value) => typeof value === 'string');
  return found as string | undefined;
}
