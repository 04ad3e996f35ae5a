import { ServingError } from '../errors.ts';

export type ContentType = 'json' | 'csv' | 'parquet';

const TYPES = new Map<string, ContentType>([
  ['application/json', 'json'],
  ['text/csv', 'csv'],
  ['application/vnd.apache.parquet', 'parquet'],
]);

const ACCEPTED = [...TYPES.keys()].join(', ');

/**
 * What the request's body is, by its Content-Type header.
 *
 * Exact as MLflow is: upper case, quotes, and every parameter but `charset` are refused. A missing
 * header is refused the same way; MLflow answers 500 there, but the mistake is the client's.
 *
 * @throws {ServingError} UNSUPPORTED_MEDIA_TYPE when it is none that MLflow's server takes
 * @see mlflow/pyfunc/scoring_server/__init__.py, `invocations`
 */
export function parseContentType(header: string | undefined): ContentType {
  if (header === 'application/json') return 'json';
  if (header === undefined) throw unsupported('the Content-Type header is missing');
  const [mimeType = '', ...pairs] = header.split(';').map(strip);
  const parameters = new Map(pairs.map(splitPair));
  const charset = parameters.get('charset') ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8') throw unsupported('the charset must be utf-8');
  parameters.delete('charset');
  if (parameters.size > 0) {
    throw unsupported('the Content-Type header has a parameter other than charset');
  }
  const type = TYPES.get(mimeType);
  if (type === undefined) throw unsupported('the Content-Type header names another format');
  return type;
}

/** Python's `str.strip()`, which cuts a few control characters more than `trim`. */
const strip = (text: string): string => text.replace(EDGE_SPACE, '');

const EDGE_SPACE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what Python calls white space
  /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g;

/** `a=b=c` → `['a', 'b=c']`; without an equals sign the value is empty. */
function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

const unsupported = (problem: string): ServingError =>
  new ServingError(
    'UNSUPPORTED_MEDIA_TYPE',
    `${problem}; expected one of ${ACCEPTED}, without parameters but charset=utf-8`,
  );
