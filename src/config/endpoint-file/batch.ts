import { between, oneOf, section, text, wholeNumber } from './fields.ts';

/** A folder of an existing bucket. */
const place = text(
  's3://bucket/prefix, for example s3://my-files/in',
  /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9!_.*'()-]+)+\/?$/,
);

/** Not yet a part of the endpoint's schema: it comes with the construct that deploys it. */
export const batch = section({
  input: place.describe('Files that are put here are scored'),
  output: place.describe('Where results go; never inside input, nor around it'),
  format: oneOf(['csv', 'jsonl', 'parquet', 'json'])
    .optional()
    .describe('Of the results. Default: the input’s'),
  maxRefusedRatio: between(0, 1)
    .default(0)
    .describe('A file fails when more than this share of its rows is refused'),
  maxConcurrency: wholeNumber(2, 1000)
    .default(10)
    .describe('At most this many files at once; SQS wants 2 or more'),
  maxReceives: wholeNumber(1, 1000)
    .default(5)
    .describe('A message that failed this often goes to the dead-letter queue'),
}).describe('Files put into a bucket are scored');
