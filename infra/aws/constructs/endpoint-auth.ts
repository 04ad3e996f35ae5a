import type { Duration } from 'aws-cdk-lib';
import type { Period } from 'aws-cdk-lib/aws-apigateway';
import type { IUserPool } from 'aws-cdk-lib/aws-cognito';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';

/**
 * Who may call the endpoint, `/ping`, `/health` and `/version` included.
 *
 * `apiKey` combines with one of the others, or stands alone; API Gateway has room for one authorizer.
 * `'none'` lets everybody in, and must be asked for by name.
 */
export type EndpointAuth = 'none' | CallerChecks;

export interface CallerChecks {
  /** A key in the header `x-api-key`, with a usage plan. AWS makes the key's value. */
  readonly apiKey?: true | ApiKeyAuth;

  /** Requests signed with AWS credentials (SigV4). `true`: `grantInvoke` says whose. */
  readonly iam?: true | IamAuth;

  readonly cognito?: CognitoAuth;

  /** Tokens of any OpenID Connect issuer, checked by this package's authorizer. */
  readonly jwt?: JwtAuth;

  readonly lambda?: LambdaAuth;
}

export interface ApiKeyAuth {
  /** @default 50 - steady rate of one key */
  readonly requestsPerSecond?: number;

  /** @default 100 - requests at one moment beyond the rate */
  readonly burst?: number;

  /** @default none - as many as the rate allows */
  readonly quota?: { readonly requests: number; readonly per: Period };
}

export interface IamAuth {
  /**
   * ARNs of the roles and users that may call, and nobody else; `arn:aws:iam::<account>:root` is all of an account.
   * They become the API's resource policy. Callers of other accounts need `execute-api:Invoke` there, too.
   */
  readonly allowedPrincipals: string[];
}

export interface CognitoAuth {
  readonly userPool: IUserPool;

  /** @default none - an ID token; with scopes, an access token that has one of them */
  readonly scopes?: string[];
}

export interface JwtAuth {
  /** Exactly as the claim `iss` says it. */
  readonly issuer: string;

  /** The claim `aud` must be one of these. */
  readonly audience: string[];

  /** @default none - all of them must be in the token */
  readonly scopes?: string[];

  /** @default asked of the issuer, at /.well-known/openid-configuration */
  readonly jwksUri?: string;

  /** @default Duration.minutes(5) - API Gateway believes an answer this long */
  readonly cache?: Duration;

  /** @default the zip in the package */
  readonly code?: Code;
}

export interface LambdaAuth {
  readonly function: IFunction;

  /** @default 'Authorization' - requests without it get 401; answers are remembered by it */
  readonly identityHeader?: string;

  /** @default Duration.minutes(5) - API Gateway believes an answer this long */
  readonly cache?: Duration;
}

const AUTHORIZERS = ['iam', 'cognito', 'jwt', 'lambda'] as const;

/** @throws {Error} when nothing is checked without saying so, or more than API Gateway can check */
export function checkAuth(auth: EndpointAuth): void {
  if (auth === 'none') return;
  const authorizers = AUTHORIZERS.filter((name) => auth[name] !== undefined);
  if (authorizers.length > 1) {
    throw new Error(
      `auth must have at most one of ${AUTHORIZERS.join(', ')}, got ${authorizers.join(' and ')}; only apiKey combines with another`,
    );
  }
  if (authorizers.length === 0 && auth.apiKey === undefined) {
    throw new Error(
      `auth must have apiKey or one of ${AUTHORIZERS.join(', ')}; to let everybody in, write auth: 'none'`,
    );
  }
}
