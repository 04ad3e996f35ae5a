import { z } from 'zod';
import { arn, list, oneOf, positive, section, text, webAddress, wholeNumber } from './fields.ts';

const headerName = () =>
  text('the name of a header, for example Authorization', /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/);

const audience = () => text('an audience, without commas', /^(?!\s*$)[^,]+$/);

const scopes = () =>
  z
    .array(text('the name of a scope, without blanks and commas', /^[\x21-\x2b\x2d-\x7e]+$/), {
      error: 'expected a list of scopes',
    })
    .default([]);

const cacheSeconds = () =>
  wholeNumber(0, 3600).default(300).describe('API Gateway remembers an answer this long');

const apiKey = z
  .union(
    [
      z.literal(true),
      section({
        requestsPerSecond: positive().default(50).describe('Steady rate of one key'),
        burst: wholeNumber(1).default(100).describe('Requests at one moment beyond the rate'),
        quota: section({
          requests: wholeNumber(1),
          per: oneOf(['day', 'week', 'month']),
        })
          .optional()
          .describe('Requests of one key in all'),
      }),
    ],
    { error: 'expected true, or a mapping with requestsPerSecond, burst, quota' },
  )
  .describe('A key in the header x-api-key, with a usage plan');

const iam = z
  .union(
    [
      z.literal(true),
      section({
        allowedPrincipals: list(
          arn(
            '(iam|sts)::\\d{12}:(root|(user|role|assumed-role)/.+)',
            'arn:aws:iam::123456789012:role/caller',
          ),
          'ARNs of roles, users or accounts',
        ).describe('These may call, of other accounts too, and nobody else'),
      }),
    ],
    { error: 'expected true, or a mapping with allowedPrincipals' },
  )
  .describe(
    'Requests signed with AWS credentials (SigV4); true: whoever of this account has execute-api:Invoke',
  );

const cognito = section({
  userPoolArn: arn(
    'cognito-idp:[a-z0-9-]+:\\d{12}:userpool/[A-Za-z0-9_-]+',
    'arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_AbCdEfGhI',
  ),
  scopes: scopes().describe('One of them must be in the access token; none: an id token will do'),
}).describe('Tokens of a Cognito user pool');

const jwt = section({
  issuer: webAddress(['https'], 'an https address, exactly as the claim iss says it').describe(
    'Exactly as the claim iss says it, the slash at its end included',
  ),
  audience: z
    .union([audience(), list(audience(), 'audiences')], {
      error: 'expected an audience (claim aud), or a list of them, at least one',
    })
    .describe('The claim aud must be this, or one of these'),
  scopes: scopes().describe('All of them must be in the claim scope (or scp)'),
  jwksUri: webAddress(['https'], 'an https address')
    .optional()
    .describe(
      'Where the keys are. Default: asked of the issuer (/.well-known/openid-configuration)',
    ),
  cacheSeconds: cacheSeconds(),
}).describe('Tokens of any OpenID Connect issuer');

const ownAuthorizer = section({
  functionArn: arn(
    'lambda:[a-z0-9-]+:\\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?',
    'arn:aws:lambda:eu-central-1:123456789012:function:my-authorizer',
  ),
  identityHeader: headerName()
    .default('Authorization')
    .describe('Answers are remembered by this header; requests without it get 401'),
  cacheSeconds: cacheSeconds(),
}).describe('Your own Lambda authorizer');

/** At most one of iam, cognito, jwt and lambda, with or without apiKey: API Gateway has no more. */
export const auth = z
  .union(
    [
      z.literal('none'),
      section({
        apiKey: apiKey.optional(),
        iam: iam.optional(),
        cognito: cognito.optional(),
        jwt: jwt.optional(),
        lambda: ownAuthorizer.optional(),
      }),
    ],
    {
      error: ({ input }) =>
        input === undefined
          ? 'say who may call (apiKey, iam, cognito, jwt, lambda), or auth: none'
          : 'expected none, or a mapping with apiKey, iam, cognito, jwt, lambda',
    },
  )
  .describe(
    'Who may call: apiKey, and one of iam, cognito, jwt and lambda; "none" must be asked for by name',
  );
