import { Duration } from 'aws-cdk-lib';
import {
  AuthorizationType,
  CognitoUserPoolsAuthorizer,
  IdentitySource,
  type MethodOptions,
  RequestAuthorizer,
} from 'aws-cdk-lib/aws-apigateway';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { CognitoAuth, EndpointAuth, LambdaAuth } from './endpoint-auth.ts';
import { JwtAuthorizer, type JwtAuthorizerProps } from './jwt-authorizer.ts';

export interface CallerAuthorizationOptions {
  readonly logRetention?: RetentionDays;
  readonly logLevel?: JwtAuthorizerProps['logLevel'];
  readonly tracing?: boolean;
}

/** What every method of the API asks of a caller. */
export function callerAuthorization(
  scope: Construct,
  auth: EndpointAuth,
  options: CallerAuthorizationOptions,
): MethodOptions {
  if (auth === 'none') return { authorizationType: AuthorizationType.NONE };
  const apiKeyRequired = auth.apiKey !== undefined;
  if (auth.iam) return { apiKeyRequired, authorizationType: AuthorizationType.IAM };
  if (auth.cognito) return { apiKeyRequired, ...cognito(scope, auth.cognito) };
  if (auth.jwt) {
    const { authorizer } = new JwtAuthorizer(scope, 'JwtAuthorizer', { ...auth.jwt, ...options });
    return { apiKeyRequired, authorizer, authorizationType: AuthorizationType.CUSTOM };
  }
  if (auth.lambda) return { apiKeyRequired, ...ownAuthorizer(scope, auth.lambda) };
  return { apiKeyRequired, authorizationType: AuthorizationType.NONE };
}

function cognito(scope: Construct, { userPool, scopes = [] }: CognitoAuth): MethodOptions {
  return {
    authorizationType: AuthorizationType.COGNITO,
    authorizer: new CognitoUserPoolsAuthorizer(scope, 'CognitoAuthorizer', {
      cognitoUserPools: [userPool],
    }),
    authorizationScopes: scopes.length > 0 ? scopes : undefined,
  };
}

/** API Gateway calls it in a role of its own: the function may belong to another stack or account. */
function ownAuthorizer(scope: Construct, auth: LambdaAuth): MethodOptions {
  const role = new Role(scope, 'AuthorizerRole', {
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    description: 'Lets API Gateway call the authorizer',
  });
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [auth.function.functionArn],
    }),
  );
  const authorizer = new RequestAuthorizer(scope, 'LambdaAuthorizer', {
    handler: auth.function,
    assumeRole: role.withoutPolicyUpdates(), // CDK would allow all versions of it
    identitySources: [IdentitySource.header(auth.identityHeader ?? 'Authorization')],
    resultsCacheTtl: auth.cache ?? Duration.minutes(5),
  });
  return { authorizationType: AuthorizationType.CUSTOM, authorizer };
}

/** Beside the methods: why they have no authorizer of the kind that a rule looks for. */
export function explainAuthorization(scope: Construct, auth: EndpointAuth): void {
  const hasCognito = auth !== 'none' && auth.cognito !== undefined;
  if (!hasCognito) {
    acknowledge(scope, {
      'AwsSolutions-COG4': 'callers are checked as `auth` says, not by Cognito',
    });
  }
  if (auth === 'none') {
    acknowledge(scope, { 'AwsSolutions-APIG4': "auth: 'none' was asked for by name" });
  } else if (!auth.iam && !auth.cognito && !auth.jwt && !auth.lambda) {
    acknowledge(scope, { 'AwsSolutions-APIG4': 'callers show an API key, as `auth` says' });
  }
}
