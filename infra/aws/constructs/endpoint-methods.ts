import { Duration } from 'aws-cdk-lib';
import {
  AuthorizationType,
  LambdaIntegration,
  type MethodOptions,
  type RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { skipCheckov } from './skip-checkov.ts';

/** API Gateway gives up after this, whatever the function does. */
const INTEGRATION_TIMEOUT = Duration.seconds(29);

/** Each with the methods that it serves; the function answers the others, and other paths, by itself. */
const METHODS_BY_PATH = {
  invocations: ['POST'],
  ping: ['GET', 'HEAD'],
  health: ['GET', 'HEAD'],
  version: ['GET', 'HEAD'],
} as const;

/** Lead every path to the function, each method with the same checks of the caller. */
export function addEndpointMethods(
  { root, methods }: RestApi,
  handler: IFunction,
  checks: MethodOptions,
): void {
  const integration = new LambdaIntegration(handler, {
    timeout: INTEGRATION_TIMEOUT,
    scopePermissionToMethod: false,
  });
  for (const [path, served] of Object.entries(METHODS_BY_PATH)) {
    const resource = root.addResource(path);
    for (const method of [...served, 'ANY']) resource.addMethod(method, integration, checks);
  }
  root.addMethod('ANY', integration, checks);
  root.addResource('{proxy+}').addMethod('ANY', integration, checks);
  if (checks.authorizationType !== AuthorizationType.NONE || checks.apiKeyRequired) return;
  for (const method of methods.filter(({ httpMethod }) => httpMethod !== 'OPTIONS')) {
    skipCheckov(method, { CKV_AWS_59: "auth: 'none' was asked for by name" });
  }
}
