import { ServingError } from '../../errors.ts';
import { BATCH_FORMATS } from '../batch-options.ts';
import type { BatchRunRequest } from './run-request.ts';

interface Field {
  /** Reads as the end of "expected …". */
  readonly accepts: string;
  isGood(value: unknown): boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const text = (accepts: string, pattern = /^/): Field => ({
  accepts,
  isGood: (value) => isText(value) && pattern.test(value),
});
const oneOf = (words: readonly string[]): Field => ({
  accepts: words.join(', '),
  isGood: (value) => words.includes(value as string),
});
const flag: Field = { accepts: 'true or false', isGood: (value) => typeof value === 'boolean' };

const REQUEST: Readonly<Record<keyof BatchRunRequest, Field>> = {
  input: text(
    's3://<bucket>/<key> or wasbs://<container>@<account>.blob.core.windows.net/<key> of a file, or a prefix, with a slash at its end, for all files below',
    /^(s3|wasbs|abfss|https?):\/\/[^/]+\//,
  ),
  output: text(
    's3://<bucket>/<prefix> or wasbs://<container>@<account>.blob.core.windows.net/<prefix>',
    /^(s3|wasbs|abfss|https?):\/\/[^/]+\/./,
  ),
  versionId: text('the version of an object'),
  options: { accepts: 'a mapping', isGood: isMapping },
  model: { accepts: 'a mapping', isGood: isMapping },
  replay: text('a message of the queue'),
};

const OPTIONS: Readonly<Record<keyof NonNullable<BatchRunRequest['options']>, Field>> = {
  inputFormat: oneOf(BATCH_FORMATS),
  outputFormat: oneOf(BATCH_FORMATS),
  isOutputGzip: flag,
  keepsInputs: flag,
  maxRefusedRatio: {
    accepts: 'a number from 0 to 1',
    isGood: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  chunkRows: {
    accepts: 'a whole number above 0',
    isGood: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  },
};

const MODEL: Readonly<Record<keyof NonNullable<BatchRunRequest['model']>, Field>> = {
  name: text('the name of a registered model'),
  version: text('a version of it'),
  digest: text('its digest'),
};

/**
 * What a run is started with, checked: people write it by hand, too.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE naming the field and what it accepts
 */
export function parseRunRequest(value: unknown): BatchRunRequest {
  const request = check(value, 'request', REQUEST, ['input', 'output']);
  if (request['options'] !== undefined) check(request['options'], 'options', OPTIONS, []);
  if (request['model'] !== undefined) check(request['model'], 'model', MODEL, Object.keys(MODEL));
  return request as unknown as BatchRunRequest;
}

function check(
  value: unknown,
  place: string,
  fields: Readonly<Record<string, Field>>,
  needed: readonly string[],
): Readonly<Record<string, unknown>> {
  if (!isMapping(value)) throw invalid(place, 'a mapping');
  for (const [name, given] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const path = `${place}.${name.slice(0, 80)}`;
    if (field === undefined) throw unknown(path, Object.keys(fields));
    if (!field.isGood(given)) throw invalid(path, field.accepts);
  }
  for (const name of needed) {
    if (value[name] === undefined) throw invalid(`${place}.${name}`, fields[name]?.accepts ?? '');
  }
  return value;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const invalid = (path: string, accepts: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `batch run: ${path}: expected ${accepts}`);

const unknown = (path: string, names: readonly string[]): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `batch run: ${path} is not known; expected one of ${names.join(', ')}`,
  );
