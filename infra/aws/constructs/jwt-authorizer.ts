import { Duration, Size } from 'aws-cdk-lib';
import { TokenAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { JwtAuth } from './endpoint-auth.ts';
import type { MlflowEndpointProps } from './mlflow-endpoint-props.ts';
import { authorizerCode } from './package-code.ts';
import { createPackagedFunction } from './packaged-function.ts';

export interface JwtAuthorizerProps extends JwtAuth {
  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /** @default 'info' - each caller that is refused, and why */
  readonly logLevel?: MlflowEndpointProps['logLevel'];

  /** @default false */
  readonly tracing?: boolean;
}

/** What is no token in form is refused by API Gateway, without a call of the function. */
const BEARER = '^[Bb][Ee][Aa][Rr][Ee][Rr] +[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+ *$';

/** Lets in whoever shows a token of an OpenID Connect issuer in `Authorization: Bearer <token>`. */
export class JwtAuthorizer extends Construct {
  /** For `authorizer` of a method of a REST API. */
  readonly authorizer: TokenAuthorizer;

  constructor(scope: Construct, id: string, props: JwtAuthorizerProps) {
    super(scope, id);
    const handler = createPackagedFunction(this, 'Function', {
      description: 'Checks bearer tokens for mlflow-serverless',
      code: props.code ?? authorizerCode(),
      handler: 'jwt-authorizer.handler',
      environment: environmentOf(props),
      architecture: 'x64',
      memory: Size.mebibytes(512),
      timeout: Duration.seconds(10),
      logRetention: props.logRetention,
      tracing: props.tracing,
    });
    this.authorizer = new TokenAuthorizer(this, 'Authorizer', {
      handler,
      validationRegex: BEARER,
      resultsCacheTtl: props.cache ?? Duration.minutes(5),
    });
  }
}

function environmentOf({ issuer, audience, scopes = [], jwksUri, logLevel }: JwtAuthorizerProps) {
  return {
    MLFLOW_SERVERLESS_JWT_ISSUER: issuer,
    MLFLOW_SERVERLESS_JWT_AUDIENCE: audience.join(','),
    ...(scopes.length > 0 && { MLFLOW_SERVERLESS_JWT_SCOPES: scopes.join(' ') }),
    ...(jwksUri !== undefined && { MLFLOW_SERVERLESS_JWT_JWKS_URI: jwksUri }),
    MLFLOW_SERVERLESS_LOG_LEVEL: logLevel ?? 'info',
  };
}
