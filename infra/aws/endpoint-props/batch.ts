import { Duration, Size } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { EndpointFile } from '../../../src/config/endpoint-schema.ts';
import type { BatchPlace, BatchScoringProps } from '../constructs/batch-scoring-props.ts';
import type { ModelStoreBase } from '../constructs/model-store-base.ts';
import type { VpcPlacement } from '../constructs/packaged-function.ts';
import type { FunctionCode } from './function-code.ts';
import { pythonOf } from './python.ts';

/** `undefined` when the file scores no files. */
export function batchProps(
  scope: Construct,
  file: EndpointFile,
  store: ModelStoreBase,
  placement: VpcPlacement | undefined,
  code?: FunctionCode,
): BatchScoringProps | undefined {
  const { batch, lambda } = file;
  if (batch === undefined) return undefined;
  const python = pythonOf(file);
  return {
    modelUri: file.model,
    store,
    input: placeOf(scope, 'BatchInput', batch.input, batch.inputKmsKeyArn),
    output: placeOf(scope, 'BatchOutput', batch.output, batch.outputKmsKeyArn),
    notify: batch.notify,
    format: batch.format,
    maxRefusedRatio: batch.maxRefusedRatio,
    maxConcurrency: batch.maxConcurrency,
    maxReceives: batch.maxReceives,
    distributeAbove: Size.bytes(batch.distributeAboveBytes),
    rangeSize: Size.bytes(batch.rangeBytes),
    maxParallelParts: batch.maxParallelParts,
    toleratedFailureRatio: batch.toleratedFailureRatio,
    alarmTopic:
      batch.alarmTopicArn === undefined
        ? undefined
        : Topic.fromTopicArn(scope, 'BatchAlarmTopic', batch.alarmTopicArn),
    memory: Size.mebibytes(batch.memoryMiB),
    timeout: Duration.seconds(batch.timeoutSeconds),
    ephemeralStorage: Size.mebibytes(lambda.ephemeralStorageMiB),
    architecture: lambda.architecture,
    logRetention: lambda.logRetentionDays,
    logLevel: lambda.logLevel,
    tracing: lambda.tracing,
    placement,
    ...(python && { python }),
    code: code?.serving,
  };
}

function placeOf(scope: Construct, id: string, uri: string, kmsKeyArn?: string): BatchPlace {
  const [, bucketName = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*?)\/*$/.exec(uri) ?? [];
  const encryptionKey = kmsKeyArn ? Key.fromKeyArn(scope, `${id}Key`, kmsKeyArn) : undefined;
  return { bucket: Bucket.fromBucketAttributes(scope, id, { bucketName, encryptionKey }), prefix };
}
