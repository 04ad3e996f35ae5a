import { Aws } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { BatchPlace } from './batch-scoring-props.ts';

/** A rule that tells a queue of new files; what it cannot deliver goes to the other. */
export function hearFromEventBridge(
  scope: Construct,
  { bucket, prefix }: BatchPlace,
  { queue, failures }: { readonly queue: Queue; readonly failures: Queue },
): void {
  new Rule(scope, 'NewFiles', {
    description: 'Tells of files that are to be scored',
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [bucket.bucketName] },
        object: { key: [{ prefix: `${prefix}/` }] },
      },
    },
    targets: [new SqsQueue(queue, { deadLetterQueue: failures })],
  });
}

/**
 * Allow a bucket to tell a queue of new files: this one, and only in this account, as bucket names can change hands.
 *
 * Its notification is not ours to write. CloudFormation can only replace all that a bucket tells, and CDK's function that adds to it may
 * change every bucket of the account.
 */
export function hearFromBucket({ bucket }: BatchPlace, queue: Queue): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('s3.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        ArnEquals: { 'aws:SourceArn': bucket.bucketArn },
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
      },
    }),
  );
}
