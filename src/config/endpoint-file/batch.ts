import { batchFields, maxParallelParts } from './batch-fields.ts';
import { arn, oneOf, section, text, wholeNumber } from './fields.ts';

const place = text(
  's3://bucket/prefix, for example s3://my-files/in',
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9!_.*'()-]+)+\/?$/,
);

const key = () =>
  arn(
    'kms:[a-z0-9-]+:\\d{12}:key/[0-9a-z-]+',
    'arn:aws:kms:eu-central-1:123456789012:key/…',
  ).optional();

export const batch = section({
  input: place.describe('Files that are put here are scored; of an existing bucket'),
  output: place.describe(
    'Where results go, in an existing bucket; never inside input, nor around it',
  ),
  inputKmsKeyArn: key().describe('Of the key that files are encrypted with, if it is not S3’s own'),
  outputKmsKeyArn: key().describe('Of the key that results are encrypted with'),
  notify: oneOf(['eventbridge', 's3'])
    .default('eventbridge')
    .describe(
      'How the queue hears of new files. eventbridge: a rule; EventBridge must be switched on for the bucket. s3: the bucket is allowed to send; its notification is yours to make',
    ),
  ...batchFields,
  maxConcurrency: wholeNumber(2, 1000)
    .default(10)
    .describe('At most this many files at once; SQS wants 2 or more'),
  maxReceives: wholeNumber(1, 1000)
    .default(5)
    .describe('A message that failed this often goes to the dead-letter queue'),
  maxParallelParts: maxParallelParts(10_000),
  alarmTopicArn: arn(
    'sns:[a-z0-9-]+:\\d{12}:[A-Za-z0-9_-]+',
    'arn:aws:sns:eu-central-1:123456789012:alarms',
  )
    .optional()
    .describe('Told when files or runs fail, or wait too long. Default: nobody is'),
  memoryMiB: wholeNumber(512, 10_240)
    .default(1769)
    .describe('Of the functions that score; 1769 is one full vCPU, and they use one'),
  timeoutSeconds: wholeNumber(60, 900)
    .default(900)
    .describe('A file or a part that takes longer is tried again'),
}).describe('Files put into a bucket are scored');
