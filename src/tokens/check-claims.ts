/** What a token must say beside its issuer. */
export interface ClaimRules {
  /** One of them must be meant. */
  readonly audience: readonly string[];
  /** All of them must be granted. */
  readonly scopes: readonly string[];
  /** One of them must be granted. @default none - roles are not looked at */
  readonly roles?: readonly string[];
}

export type Claims = Readonly<Record<string, unknown>>;

/**
 * Why the claims of a token with a good signature do not do; `undefined` when they do.
 *
 * Without `aud`, as in Cognito's access tokens, `client_id` is taken for it: the rule of API Gateway's own JWT
 * authorizers. A token without an end is none.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export function findClaimFault(claims: Claims, { audience }: ClaimRules): string | undefined {
  if (typeof claims['exp'] !== 'number') return 'it has no end (exp)';
  const meant = claims['aud'] ?? claims['client_id'];
  if (meant === undefined) return 'it has no audience (aud)';
  return textsOf(meant).some((text) => audience.includes(text))
    ? undefined
    : 'it is meant for another audience (aud)';
}

/** The scopes that were wanted and not granted, in `scope` or, as some issuers have it, `scp`. */
export function findMissingScopes(claims: Claims, { scopes }: ClaimRules): string[] {
  const granted = scopesOf(claims);
  return scopes.filter((scope) => !granted.includes(scope));
}

/**
 * Whether one of the roles is granted that are wanted.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/howto-add-app-roles-in-apps
 */
export function hasRole(claims: Claims, { roles = [] }: ClaimRules): boolean {
  const granted = textsOf(claims['roles']);
  return roles.length === 0 || roles.some((role) => granted.includes(role));
}

export const scopesOf = (claims: Claims): string[] =>
  [claims['scope'], claims['scp']]
    .flatMap(textsOf)
    .flatMap((text) => text.split(' '))
    .filter(Boolean);

const textsOf = (value: unknown): string[] =>
  [value].flat().filter((item) => typeof item === 'string');
