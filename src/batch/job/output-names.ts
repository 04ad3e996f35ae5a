import { join } from 'node:path/posix';
import type { BatchFormat } from '../batch-options.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** S3 takes keys of 1,024 bytes; the prefix of the output and the names of the files need their share. */
const MAX_FOLDER_BYTES = 600;
/** What file systems take. */
const MAX_PART_BYTES = 255;

export const MANIFEST_NAME = '_manifest.json';
/** A part's manifest, so that a job has one manifest only. */
export const PART_RECORD_NAME = '_part.json';
export const CLAIM_NAME = '_claim.json';

const CONTENT_TYPE: Readonly<Record<BatchFormat, string>> = {
  csv: 'text/csv',
  jsonl: 'application/jsonl',
  json: 'application/json',
  parquet: 'application/vnd.apache.parquet',
};

export interface OutputNames {
  readonly predictions: string;
  readonly contentType: string;
  readonly errors: string;
}

/**
 * The folder of a job, relative to the output: `<input key>/<job>`.
 *
 * A bucket's key can be what no folder's name can (`a//b`, `../c`, 1,024 bytes); such parts are changed. The job's id is
 * of the key as it is, so that two inputs never share a folder.
 */
export function jobFolder(inputKey: string, job: string): string {
  const parts = inputKey.split(/[/\\]/).map(safePart);
  while (parts.length > 1 && Buffer.byteLength(parts.join('/')) > MAX_FOLDER_BYTES) parts.shift();
  return join(...parts, job);
}

/** One of the parts that a large file is scored in. */
export interface PartRows {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** Number of its first row in the file, counted from 0. */
  readonly firstRow: number;
  readonly rowCount: number;
}

/** The folder of a part in its job's: what two plans cut in different ways lies in different ones. */
export function partFolder({ index, count, firstRow, rowCount }: PartRows): string {
  const number = String(index + 1).padStart(String(count).length, '0');
  return `part-${number}-of-${count}-rows-${firstRow}-${firstRow + rowCount - 1}`;
}

/**
 * What the files of a job are called.
 *
 * @param attempt names files apart from those that another run of the same job has left: a model that answers the same
 *   rows differently must not mix two of its answers
 */
export function outputNames(options: ResolvedOptions, attempt?: string): OutputNames {
  const { outputFormat, isOutputGzip } = options;
  const mark = attempt === undefined ? '' : `-${attempt}`;
  return {
    predictions: `predictions${mark}.${outputFormat}${isOutputGzip ? '.gz' : ''}`,
    contentType: isOutputGzip ? 'application/gzip' : CONTENT_TYPE[outputFormat],
    errors: `errors${mark}.jsonl`,
  };
}

function safePart(part: string): string {
  if (part === '' || part === '.' || part === '..') return '_';
  const bytes = Buffer.from(part.toWellFormed().replaceAll('\0', '_'));
  if (bytes.length <= MAX_PART_BYTES) return bytes.toString();
  // A character that was cut becomes U+FFFD, one to three bytes long again.
  return bytes.subarray(0, MAX_PART_BYTES - 3).toString();
}
