import { Duration, Size } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import type { MlflowEndpointProps } from '../constructs/mlflow-endpoint-props.ts';
import type { ModelStoreBase } from '../constructs/model-store-base.ts';
import type { VpcPlacement } from '../constructs/packaged-function.ts';
import { authOf } from './auth.ts';
import { domainOf } from './domain.ts';
import type { FunctionCode } from './function-code.ts';
import { pythonOf } from './python.ts';

/** What an endpoint file says, as the construct takes it. */
export function endpointProps(
  scope: Construct,
  file: EndpointFile,
  store: ModelStoreBase,
  placement: VpcPlacement | undefined,
  code?: FunctionCode,
): MlflowEndpointProps {
  const { lambda, limits, refresh, api } = file;
  const python = pythonOf(file);
  return {
    modelUri: file.model,
    store,
    auth: authOf(scope, file.auth, code),
    architecture: lambda.architecture,
    memory: Size.mebibytes(lambda.memoryMiB),
    timeout: Duration.seconds(lambda.timeoutSeconds),
    ephemeralStorage: Size.mebibytes(lambda.ephemeralStorageMiB),
    reservedConcurrency: lambda.reservedConcurrency,
    provisionedConcurrency: lambda.provisionedConcurrency,
    logRetention: lambda.logRetentionDays,
    logLevel: lambda.logLevel,
    tracing: lambda.tracing,
    placement,
    limits: {
      maxBody: Size.bytes(limits.maxBodyBytes),
      maxRows: limits.maxRows,
      requestTimeout: secondsAsDuration(limits.requestTimeoutSeconds),
    },
    refresh: {
      mode: refresh.mode,
      ttl: secondsAsDuration(refresh.ttlSeconds),
      floor: secondsAsDuration(refresh.floorSeconds),
    },
    stage: api.stage,
    throttle: api.throttle,
    cors: api.cors,
    accessLogs: api.accessLogs,
    domain: domainOf(scope, api.domain),
    waf: api.waf,
    ...(python && { python }),
    code: code?.serving,
  };
}

const secondsAsDuration = (seconds: number): Duration =>
  Duration.millis(Math.round(seconds * 1000));
