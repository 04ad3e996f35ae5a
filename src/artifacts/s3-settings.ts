import { ServingError } from '../errors.ts';
import { awsDomain } from '../http-client/aws-region.ts';
import { encodeRfc3986 } from '../http-client/encode-rfc3986.ts';
import { type Environment, readBoolean } from '../http-client/read-variable.ts';

/** Where S3 is and how its URLs look. */
export interface S3Settings {
  readonly region: string;
  /** Another server than AWS's; without a slash at its end. */
  readonly endpoint: string | undefined;
  readonly addressing: 'path' | 'virtual';
  readonly isInsecureTls: boolean;
  /** A PEM file of authorities to trust instead of the built-in ones. */
  readonly caPath: string | undefined;
  /** Signature wanted; false reads public buckets. */
  readonly isSigned: boolean;
  readonly expectedBucketOwner: string | undefined;
}

/**
 * Read the variables of MLflow, then those of AWS.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for an endpoint that is not an http(s) URL and for other values that
 *   cannot be understood, NOT_IMPLEMENTED for a signature of another version than 4
 * @see mlflow/store/artifact/s3_artifact_repo.py, `_get_s3_client`
 */
export function readS3Settings(environment: Environment): S3Settings {
  const endpoint = environment['MLFLOW_S3_ENDPOINT_URL'] || findAwsEndpoint(environment);
  if (endpoint !== undefined) checkEndpoint(endpoint);
  const style = readStyle(environment);
  const isInsecureTls = readBoolean(environment, 'MLFLOW_S3_IGNORE_TLS', false);
  const caPath = environment['AWS_CA_BUNDLE'] || environment['REQUESTS_CA_BUNDLE'];
  return {
    region: environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1',
    endpoint: endpoint?.replace(/\/+$/, ''),
    addressing: style === 'auto' ? (endpoint ? 'path' : 'virtual') : style,
    isInsecureTls,
    caPath: (!isInsecureTls && caPath) || undefined,
    isSigned: readIsSigned(environment),
    expectedBucketOwner: environment['MLFLOW_S3_EXPECTED_BUCKET_OWNER'] || undefined,
  };
}

function findAwsEndpoint(environment: Environment): string | undefined {
  if (readBoolean(environment, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', false)) return undefined;
  return environment['AWS_ENDPOINT_URL_S3'] || environment['AWS_ENDPOINT_URL'] || undefined;
}

function readStyle(environment: Environment): 'auto' | 'path' | 'virtual' {
  const style = environment['MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE'] || 'auto';
  if (style === 'auto' || style === 'path' || style === 'virtual') return style;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE must be auto, path or virtual',
  );
}

function readIsSigned(environment: Environment): boolean {
  const version = environment['MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION'] || 's3v4';
  if (/^(s3)?v4$/.test(version)) return true;
  if (version.toLowerCase() === 'unsigned') return false;
  throw new ServingError(
    'NOT_IMPLEMENTED',
    'MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION must be s3v4 or unsigned; no other signatures can be made',
  );
}

/** The message leaves the value out: an endpoint may hold a password. */
function checkEndpoint(endpoint: string): void {
  if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'the S3 endpoint (MLFLOW_S3_ENDPOINT_URL or AWS_ENDPOINT_URL_S3) must be a URL that begins with http: or https:',
  );
}

/**
 * The URL of an object, or of its bucket when `key` is empty.
 *
 * A dot in a bucket's name does not fit the certificate of `<bucket>.s3.<region>.amazonaws.com`, so such a
 * bucket goes into the path.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a key with a part "." or "..", which URLs cannot carry: they would
 *   lead to another key, or another bucket
 */
export function s3Url(settings: S3Settings, region: string, bucket: string, key: string): URL {
  checkKey(key, `s3://${bucket}`);
  const isPath = settings.addressing === 'path' || (bucket.includes('.') && !settings.endpoint);
  const base = new URL(settings.endpoint ?? `https://s3.${region}.${awsDomain(region)}`);
  const path = key.split('/').map(encodeRfc3986).join('/');
  const root = base.pathname.replace(/\/+$/, '');
  if (!isPath) return new URL(`${base.protocol}//${bucket}.${base.host}${root}/${path}`);
  return new URL(`${base.origin}${root}/${bucket}${path === '' ? '' : `/${path}`}`);
}

export interface S3Location {
  readonly bucket: string;
  /** Ends with a slash, or is empty for the whole bucket. */
  readonly prefix: string;
}

/**
 * Take `s3://<bucket>/<folder>` apart. The key is taken as it stands: nothing in it is decoded.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for anything else, NOT_IMPLEMENTED for an access point's ARN
 */
export function parseS3Uri(uri: string): S3Location {
  const rest = uri.replace(/^s3:\/\//i, '');
  if (rest.startsWith('arn:')) {
    throw new ServingError(
      'NOT_IMPLEMENTED',
      'ARNs of S3 access points are not supported in URIs; use the alias of the access point as the bucket',
    );
  }
  const slash = rest.indexOf('/');
  const bucket = slash === -1 ? rest : rest.slice(0, slash);
  const key = slash === -1 ? '' : rest.slice(slash + 1).replace(/\/+$/, '');
  if (rest === uri || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket)) {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `${uri} is not of the form s3://<bucket>/<folder>`,
    );
  }
  checkKey(key, `s3://${bucket}`);
  return { bucket, prefix: key === '' ? '' : `${key}/` };
}

function checkKey(key: string, place: string): void {
  if (key.isWellFormed() && !key.split('/').some((part) => part === '.' || part === '..')) return;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `a key of ${place} has a part "." or "..", or is not valid Unicode`,
  );
}
