import { Duration, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { accessLogOptions, boundErrorLog } from './access-logs.ts';
import { acknowledge } from './acknowledge.ts';
import { ApiLogRole } from './api-log-role.ts';
import { explainStage } from './explain-stage.ts';
import { addGatewayErrors } from './gateway-errors.ts';
import { skipCheckov } from './skip-checkov.ts';

export interface WebhookApiProps {
  readonly handler: IFunction;
  readonly logRetention: RetentionDays;
  readonly tracing: boolean;
  /** Whether this stack gives API Gateway the role for its logs. */
  readonly cloudWatchRole: boolean;
}

const STAGE = 'v1';

/** Registries change a few times a day; forged webhooks shall cost little. */
const REQUESTS_PER_SECOND = 10;
const BURST = 20;

/** A REST API of its own for `POST /registry-events`: callers of the model have nothing to do with it. */
export function createWebhookApi(scope: Construct, props: WebhookApiProps): RestApi {
  const { handler, logRetention, tracing, cloudWatchRole } = props;
  const api = new RestApi(scope, 'Api', {
    restApiName: `${Stack.of(scope).stackName}-${scope.node.id}`,
    description: 'Takes registry webhooks of an MLflow server',
    endpointTypes: [EndpointType.REGIONAL],
    cloudWatchRole: false,
    deployOptions: {
      stageName: STAGE,
      tracingEnabled: tracing,
      throttlingRateLimit: REQUESTS_PER_SECOND,
      throttlingBurstLimit: BURST,
      ...accessLogOptions(scope, true, logRetention),
    },
  });
  api.node.tryRemoveChild('Endpoint'); // an output with a name that nobody would guess
  boundErrorLog(api, STAGE, logRetention);
  if (cloudWatchRole) api.deploymentStage.node.addDependency(ApiLogRole.of(scope));
  const integration = new LambdaIntegration(handler, {
    timeout: Duration.seconds(29),
    allowTestInvoke: false,
  });
  const method = api.root
    .addResource('registry-events')
    .addMethod('POST', integration, { authorizationType: AuthorizationType.NONE });
  addGatewayErrors(api, { isSigned: false });
  const signed = 'the function checks the signature (HMAC) that MLflow makes of each webhook';
  acknowledge(api, {
    'AwsSolutions-APIG2': 'a body is parsed only after its signature was checked',
    'AwsSolutions-APIG3': 'throttled to a few requests a second, and one path alone',
    'AwsSolutions-APIG4': signed,
    'AwsSolutions-COG4': signed,
  });
  skipCheckov(method, { CKV_AWS_59: signed });
  explainStage(api, tracing);
  return api;
}
