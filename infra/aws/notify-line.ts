import { shellWord } from '../../src/shell-word.ts';

export interface NotifyLineOptions {
  /** `s3://bucket/prefix` */
  readonly input: string;
  readonly notify: 'eventbridge' | 's3';
  readonly queueArn: string;
}

/**
 * A line for a shell that lets a bucket tell of its new files, beside what it tells already: what S3 is given replaces everything that
 * was there, so that it is read and sent back. Nothing is sent when it could not be read.
 */
export function notifyLine({ input, notify, queueArn }: NotifyLineOptions): string {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.*?)\/*$/.exec(input) ?? [];
  const query =
    notify === 'eventbridge'
      ? 'merge(@, `{"EventBridgeConfiguration": {}}`)'
      : `merge(@, {QueueConfigurations: [QueueConfigurations || \`[]\`, \`[${JSON.stringify({
          QueueArn: queueArn,
          Events: ['s3:ObjectCreated:*'],
          Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: `${prefix}/` }] } },
        })}]\`][]})`;
  const now = `aws s3api get-bucket-notification-configuration --bucket ${bucket} --output json --query ${shellWord(query)}`;
  return `aws s3api put-bucket-notification-configuration --bucket ${bucket} --notification-configuration "$(${now})"`;
}
