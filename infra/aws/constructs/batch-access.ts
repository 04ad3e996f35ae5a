import { type Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { BatchPlace, BatchScoringProps } from './batch-scoring-props.ts';
import { type FolderActions, grantFolder, grantKeys, READING } from './grant-folder.ts';
import { literalInPolicy, registeredName } from './model-keys.ts';

/** A message may name the version that it is about. */
const READING_FILES: FolderActions = {
  objects: ['s3:GetObject', 's3:GetObjectVersion'],
  key: ['kms:Decrypt'],
};

/** Claims are removed when a job is done, and what a killed run left. S3 opens the data key again when it puts parts together. */
const WRITING_RESULTS: FolderActions = {
  objects: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
  key: ['kms:Decrypt', 'kms:GenerateDataKey'],
};

/** What a function of batch may do: read the one model and the files, write results. */
export function grantScoring(
  lambda: LambdaFunction,
  {
    store,
    modelUri,
    input,
    output,
  }: Pick<BatchScoringProps, 'store' | 'modelUri' | 'input' | 'output'>,
): void {
  store.grantRead(lambda, registeredName(modelUri));
  grantFolder(input.bucket, input.prefix, lambda, READING_FILES);
  grantFolder(output.bucket, output.prefix, lambda, WRITING_RESULTS);
  lambda.addToRolePolicy(
    new PolicyStatement({
      actions: ['s3:ListBucketMultipartUploads'],
      resources: [output.bucket.bucketArn],
    }),
  );
}

/** What a state machine does with a run's files: reads plans, and writes what its calls answered. */
const RUN_FILES: FolderActions = {
  objects: [
    's3:GetObject',
    's3:PutObject',
    's3:ListMultipartUploadParts',
    's3:AbortMultipartUpload',
  ],
  key: ['kms:Decrypt', 'kms:GenerateDataKey'],
};

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html */
export const grantRunFiles = (grantee: IGrantable, output: BatchPlace): Grant =>
  grantRuns(grantee, output, RUN_FILES);

/** To see how far runs are, and what came of them; what was scored is not among it. */
export const grantReadRuns = (grantee: IGrantable, output: BatchPlace): Grant =>
  grantRuns(grantee, output, READING);

/** Runs lie in the output's `_runs`, or in that of a folder below, when `batch -o` names one. */
const grantRuns = (
  grantee: IGrantable,
  { bucket, prefix }: BatchPlace,
  actions: FolderActions,
): Grant =>
  grantFolder(bucket, `${prefix}/_runs`, grantee, actions).combine(
    grantKeys(bucket, `${literalInPolicy(prefix)}/*/_runs/*`, grantee, actions),
  );
