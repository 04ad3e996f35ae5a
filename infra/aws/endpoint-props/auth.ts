import { Duration } from 'aws-cdk-lib';
import { Period } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import type { EndpointAuth } from '../constructs/endpoint-auth.ts';
import type { FunctionCode } from './function-code.ts';

const PERIODS = { day: Period.DAY, week: Period.WEEK, month: Period.MONTH } as const;

export function authOf(
  scope: Construct,
  auth: EndpointFile['auth'],
  code: FunctionCode | undefined,
): EndpointAuth {
  if (auth === 'none') return 'none';
  const { apiKey, iam, cognito, jwt, lambda } = auth;
  return {
    apiKey: apiKey === true || apiKey === undefined ? apiKey : apiKeyOf(apiKey),
    iam,
    cognito: cognito && {
      userPool: UserPool.fromUserPoolArn(scope, 'UserPool', cognito.userPoolArn),
      scopes: cognito.scopes,
    },
    jwt: jwt && {
      issuer: jwt.issuer,
      audience: [jwt.audience].flat(),
      scopes: jwt.scopes,
      jwksUri: jwt.jwksUri,
      cache: Duration.seconds(jwt.cacheSeconds),
      code: code?.authorizer,
    },
    lambda: lambda && {
      function: LambdaFunction.fromFunctionArn(scope, 'OwnAuthorizer', lambda.functionArn),
      identityHeader: lambda.identityHeader,
      cache: Duration.seconds(lambda.cacheSeconds),
    },
  };
}

type ApiKeySection = Exclude<Exclude<EndpointFile['auth'], 'none'>['apiKey'], true | undefined>;

const apiKeyOf = ({ quota, ...limits }: ApiKeySection) => ({
  ...limits,
  quota: quota && { requests: quota.requests, per: PERIODS[quota.per] },
});
