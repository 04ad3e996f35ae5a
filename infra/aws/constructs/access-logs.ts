import {
  AccessLogFormat,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type RestApi,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { createLogGroup } from './log-group.ts';
import { skipCheckov } from './skip-checkov.ts';

/** One line of JSON for each request: who, what, how long, and why not. No payload, no key, no token. */
const FIELDS = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  path: '$context.path',
  status: '$context.status',
  responseBytes: '$context.responseLength',
  latencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationStatus: '$context.integrationStatus',
  integrationError: '$context.integration.error',
  authorizerError: '$context.authorizer.error',
  authorizerLatencyMs: '$context.authorizer.latency',
  principalId: '$context.authorizer.principalId',
  apiKeyId: '$context.identity.apiKeyId',
  userArn: '$context.identity.userArn',
  sourceIp: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  wafStatus: '$context.waf.status',
  errorType: '$context.error.responseType',
  traceId: '$context.xrayTraceId',
};

/** The stage's part: access lines, and API Gateway's own errors. Payloads are never traced. */
export function accessLogOptions(
  scope: Construct,
  isOn: boolean,
  retention: RetentionDays,
): StageOptions {
  if (!isOn) return { loggingLevel: MethodLoggingLevel.OFF, dataTraceEnabled: false };
  return {
    accessLogDestination: new LogGroupLogDestination(
      createLogGroup(scope, 'AccessLogs', retention),
    ),
    accessLogFormat: AccessLogFormat.custom(JSON.stringify(FIELDS)),
    loggingLevel: MethodLoggingLevel.ERROR,
    dataTraceEnabled: false,
  };
}

/** API Gateway would make the group for its errors by itself, and keep it for ever. */
export function boundErrorLog(api: RestApi, stageName: string, retention: RetentionDays): void {
  const name = `API-Gateway-Execution-Logs_${api.restApiId}/${stageName}`;
  const group = createLogGroup(api, 'ErrorLogs', retention, name);
  api.deploymentStage.node.addDependency(group);
}

/** Beside the API: why it has no logs. */
export function explainMissingLogs(api: RestApi): void {
  const reason = 'access logs were switched off';
  acknowledge(api, {
    'AwsSolutions-APIG1': reason,
    'AwsSolutions-APIG6': reason,
    'Serverless-APIGWAccessLogging': reason,
  });
  skipCheckov(api.deploymentStage, { CKV_AWS_76: reason });
}
