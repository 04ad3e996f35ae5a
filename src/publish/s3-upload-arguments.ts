import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { ServingError } from '../errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What may be asked of S3 for every object; nothing that decides where it goes or what is in it. */
export type UploadArguments = Pick<PutObjectCommandInput, (typeof ALLOWED)[number]>;

const ALLOWED = [
  'ACL',
  'BucketKeyEnabled',
  'CacheControl',
  'GrantFullControl',
  'GrantRead',
  'GrantReadACP',
  'GrantWriteACP',
  'RequestPayer',
  'SSEKMSEncryptionContext',
  'SSEKMSKeyId',
  'ServerSideEncryption',
  'StorageClass',
  'Tagging',
] as const satisfies readonly (keyof PutObjectCommandInput)[];

/**
 * Read `MLFLOW_S3_UPLOAD_EXTRA_ARGS`, MLflow's variable for buckets whose policy wants a certain encryption or owner:
 * `{"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "…"}`.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when it is not a JSON object of such arguments
 * @see mlflow/store/artifact/s3_artifact_repo.py, `get_s3_file_upload_extra_args`
 */
export function readUploadArguments(environment: Environment): UploadArguments {
  const text = environment['MLFLOW_S3_UPLOAD_EXTRA_ARGS']?.trim();
  if (!text) return {};
  const given = parseObject(text);
  for (const [name, value] of Object.entries(given)) {
    const isKnown = ALLOWED.some((allowed) => allowed === name);
    if (!isKnown) throw invalid(`has the key ${JSON.stringify(name.slice(0, 40))}`);
    if (typeof value !== 'string' && typeof value !== 'boolean') {
      throw invalid(`has a ${name} that is neither a text nor true or false`);
    }
  }
  return given as UploadArguments;
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // said below, without the text, which may hold a key's name
  }
  throw invalid('is not a JSON object');
}

const invalid = (fault: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `MLFLOW_S3_UPLOAD_EXTRA_ARGS ${fault}; expected a JSON object with any of ${ALLOWED.join(', ')}`,
  );
