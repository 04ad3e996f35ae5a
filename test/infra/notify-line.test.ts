import { describe, expect, it } from 'vitest';
import { notifyLine } from '../../infra/aws/notify-line.ts';
import { templateOf } from './synth.ts';

const queueArn = 'arn:aws:sqs:us-east-1:123456789012:files';
const around = (bucket: string, query: string) =>
  `aws s3api put-bucket-notification-configuration --bucket ${bucket} --notification-configuration "$(aws s3api get-bucket-notification-configuration --bucket ${bucket} --output json --query ${query})"`;

describe('notifyLine', () => {
  it('switches EventBridge on, and keeps what the bucket tells already', () => {
    expect(notifyLine({ input: 's3://my-files/in', notify: 'eventbridge', queueArn })).toBe(
      around('my-files', `'merge(@, \`{"EventBridgeConfiguration": {}}\`)'`),
    );
  });

  it.each([
    ['s3://my-files/a/in', 'a/in/'],
    ['s3://my-files/in/', 'in/'],
    ["s3://my-files/it's", String.raw`it'\''s/`],
  ])('adds the queue for %s to those that are there', (input, value) => {
    expect(notifyLine({ input, notify: 's3', queueArn })).toBe(
      around(
        'my-files',
        `'merge(@, {QueueConfigurations: [QueueConfigurations || \`[]\`, \`[{"QueueArn":"${queueArn}","Events":["s3:ObjectCreated:*"],"Filter":{"Key":{"FilterRules":[{"Name":"prefix","Value":"${value}"}]}}}]\`][]})'`,
      ),
    );
  });

  it('is an output of stacks with batch, and of no others', () => {
    templateOf('batch').hasOutput('BatchNotification', {});
    templateOf('batch with everything').hasOutput('BatchNotification', {});
    expect(templateOf('auth none').findOutputs('BatchNotification')).toEqual({});
  });
});
