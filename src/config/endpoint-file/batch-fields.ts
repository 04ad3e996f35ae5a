import { between, oneOf, wholeNumber } from './fields.ts';

const MEBIBYTE = 2 ** 20;

/** What means the same for batch on both clouds. */
export const batchFields = {
  format: oneOf(['csv', 'jsonl', 'parquet', 'json'])
    .optional()
    .describe('Of the results. Default: the input’s'),
  maxRefusedRatio: between(0, 1)
    .default(0)
    .describe('A file fails when more than this share of its rows is refused'),
  distributeAboveBytes: wholeNumber(MEBIBYTE)
    .default(256 * MEBIBYTE)
    .describe('A larger file is scored in parts, by many calls at once'),
  rangeBytes: wholeNumber(MEBIBYTE)
    .default(64 * MEBIBYTE)
    .describe('What one part has of its file, about'),
  toleratedFailureRatio: between(0, 1)
    .default(0)
    .describe('A run fails when more than this share of its parts and files fails'),
};

/** @param most what the cloud's engine starts at once */
export const maxParallelParts = (most: number) =>
  wholeNumber(1, most)
    .default(100)
    .describe('At most this many parts and files of one run at once');
