import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { BatchQueue } from '../../infra/aws/constructs/batch-queue.ts';

function createStack(): Stack {
  const stack = new Stack(new App(), 'Batch');
  new BatchQueue(stack, 'Queue', { functionTimeout: Duration.minutes(15), maxReceives: 5 });
  return stack;
}

describe('the queue of batch scoring', () => {
  it('is encrypted, waits six time-outs, and gives up after the last try', () => {
    Template.fromStack(createStack()).hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 5400,
      RedrivePolicy: {
        maxReceiveCount: 5,
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('Failures'), 'Arn'] },
      },
    });
  });

  it.each([
    { metric: 'ApproximateNumberOfMessagesVisible', threshold: 1 },
    { metric: 'ApproximateAgeOfOldestMessage', threshold: 864_000 },
    { metric: 'ApproximateAgeOfOldestMessage', threshold: 3600 },
  ])('rings when $metric reaches $threshold', ({ metric, threshold }) => {
    Template.fromStack(createStack()).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: metric,
      Threshold: threshold,
      Statistic: 'Maximum',
    });
  });

  it('has nothing that cdk-nag finds', () => {
    const stack = createStack();

    const findings = [new AwsSolutionsChecks(), new ServerlessChecks()].flatMap(
      (pack) => pack.validateScope(stack).violations,
    );

    expect(findings).toEqual([]);
  });
});
