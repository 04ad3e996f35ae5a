import { ServingError } from '../../errors.ts';
import type { BatchFormat, BatchOptions } from '../batch-options.ts';

/** With every default filled in, so that two ways to say the same thing are one job. */
export type ResolvedOptions = Required<BatchOptions> & { readonly isInputGzip: boolean };

const DEFAULT_CHUNK_ROWS = 10_000;

const FORMAT_BY_EXTENSION: Readonly<Record<string, BatchFormat>> = {
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  parquet: 'parquet',
};

/**
 * Fill in what is not said, by the input's name.
 *
 * @param key of the input; `.gz` at its end says gzip, whatever the format
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the name says no format, or an option cannot be
 */
export function resolveOptions(key: string, options: BatchOptions): ResolvedOptions {
  const [, extension = '', gz] = /\.([a-z]+)(\.gz)?$/i.exec(key) ?? [];
  const inputFormat = options.inputFormat ?? FORMAT_BY_EXTENSION[extension.toLowerCase()];
  if (inputFormat === undefined) throw unknownFormat(key);
  const outputFormat = options.outputFormat ?? inputFormat;
  if ((outputFormat === 'json') !== (inputFormat === 'json')) throw onlyJson(key);
  const isInputGzip = gz !== undefined || /\.gz$/i.test(key);
  const isText = outputFormat !== 'parquet';
  const { keepsInputs = true, maxRefusedRatio = 0, chunkRows = DEFAULT_CHUNK_ROWS } = options;
  if (!(maxRefusedRatio >= 0 && maxRefusedRatio <= 1)) {
    throw invalid('the ratio of rows that may be refused', 'a number from 0 to 1');
  }
  if (!(Number.isSafeInteger(chunkRows) && chunkRows > 0)) {
    throw invalid('the number of rows of a chunk', 'a whole number of at least 1');
  }
  return {
    inputFormat,
    outputFormat,
    isInputGzip,
    isOutputGzip: isText && (options.isOutputGzip ?? isInputGzip),
    keepsInputs,
    maxRefusedRatio,
    chunkRows,
  };
}

const unknownFormat = (key: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `the name ${JSON.stringify(key.slice(-80))} says no format; expected .csv, .jsonl, .ndjson, .json (each also with .gz) or .parquet, or a format by its name`,
  );

const onlyJson = (key: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(key.slice(-80))}: an MLflow JSON body is answered by a JSON body, and nothing else is; choose another output format`,
  );

const invalid = (what: string, expected: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `${what} cannot be used; expected ${expected}`);
