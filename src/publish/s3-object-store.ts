import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { toServingError } from '../artifacts/s3-error.ts';
import { ServingError } from '../errors.ts';
import { checkObjectKey } from './object-key.ts';
import type { CallOptions, ObjectStore, StoredObject } from './object-store.ts';
import { isMissingKey, openS3Bucket, type S3Bucket, type S3BucketOptions } from './s3-bucket.ts';
import { sendConditional } from './s3-conditional-write.ts';
import { listS3Pages } from './s3-pages.ts';
import { brokeOff } from './s3-sdk-error.ts';
import { uploadToS3 } from './s3-upload.ts';
import { readUploadArguments } from './s3-upload-arguments.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface S3ObjectStoreOptions extends S3BucketOptions {
  /** Opened already for the same URI. @default a client of its own */
  readonly bucket?: S3Bucket;
}

/** Its parts have had their own attempts. */
const UPLOAD_ATTEMPTS = 2;
/** What S3 takes in one request. */
const MAX_DELETED_AT_ONCE = 1_000;

/**
 * Objects below `s3://<bucket>/<prefix>`, on AWS or a server that speaks its language and knows
 * `If-Match` and `If-None-Match` on writes.
 *
 * The SDK repeats requests that failed for a moment; what it does not (answers that break off, two
 * conditional writes at once) is repeated here.
 *
 * @param environment see `readS3Settings` and `readUploadArguments` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` is not an S3 URI, or a variable cannot be understood
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function createS3ObjectStore(
  uri: string,
  environment: Environment,
  options: S3ObjectStoreOptions = {},
): ObjectStore {
  const bucket = options.bucket ?? openS3Bucket(uri, environment, options);
  const uploadArguments = readUploadArguments(environment);
  const { client, common, root, attempt, requestOf } = bucket;

  return {
    uri: `s3://${common.Bucket}/${root}`.replace(/\/+$/, ''),

    read(key, options) {
      return readObject(bucket, key, options);
    },

    async list(folder, options) {
      const pages = await listS3Pages(bucket, folder, undefined, options);
      const objects = pages.flatMap((page) => page.objects);
      return objects.filter(({ key }) => key !== '' && !key.endsWith('/')); // markers of folders
    },

    async listNames(folder, options) {
      const start = folder === '' ? 0 : folder.length + 1;
      const pages = await listS3Pages(bucket, folder, '/', options);
      const names = pages.flatMap(({ objects, folders }) => [
        ...objects.map(({ key }) => key.slice(start)),
        ...folders.map((below) => below.slice(start)),
      ]);
      return [...new Set(names)].filter((name) => name !== '');
    },

    async write(key, bytes, condition, options) {
      checkObjectKey(key);
      if ('ifMatch' in condition && condition.ifMatch === '') throw withoutTags();
      const command = new PutObjectCommand({
        ...uploadArguments,
        ...common,
        Key: root + key,
        Body: bytes,
        ...(key.endsWith('.json') && { ContentType: 'application/json' }),
        ...('ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch }),
      });
      return attempt({ key, permission: 's3:PutObject', ...options }, (signal) =>
        sendConditional(() => client.send(command, { abortSignal: signal }), signal),
      );
    },

    async upload(key, file, options = {}) {
      checkObjectKey(key);
      const { place } = requestOf(key, 's3:PutObject');
      const destination = {
        client,
        common: { ...uploadArguments, ...common },
        key: root + key,
        place,
      };
      const call = {
        key,
        permission: 's3:PutObject',
        attempts: UPLOAD_ATTEMPTS,
        isLong: true,
      } as const;
      await attempt({ ...call, ...options }, (signal) =>
        uploadToS3(file, destination, { ...options, signal }),
      );
    },

    async delete(keys, options) {
      for (const key of keys) checkObjectKey(key);
      for (let at = 0; at < keys.length; at += MAX_DELETED_AT_ONCE) {
        await deleteObjects(bucket, keys.slice(at, at + MAX_DELETED_AT_ONCE), options);
      }
    },
  };
}

async function readObject(
  { client, common, root, attempt, requestOf }: S3Bucket,
  key: string,
  options?: CallOptions,
): Promise<StoredObject | undefined> {
  checkObjectKey(key);
  const permission = 's3:GetObject';
  const { place } = requestOf(key, permission);
  return attempt({ key, permission, ...options }, async (abortSignal) => {
    const command = new GetObjectCommand({ ...common, Key: root + key });
    const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
      if (isMissingKey(error)) return undefined;
      throw error;
    });
    if (answer?.Body === undefined) return undefined;
    const bytes = await answer.Body.transformToByteArray().catch((error: unknown) => {
      throw brokeOff(place, error);
    });
    const { ContentLength = bytes.length, ETag = '' } = answer;
    if (ContentLength !== bytes.length) throw brokeOff(place, undefined);
    return { bytes, etag: ETag };
  });
}

async function deleteObjects(
  { client, common, root, attempt, requestOf }: S3Bucket,
  keys: readonly string[],
  options?: CallOptions,
): Promise<void> {
  const permission = 's3:DeleteObject';
  const Objects = keys.map((key) => ({ Key: root + key }));
  const command = new DeleteObjectsCommand({ ...common, Delete: { Objects, Quiet: true } });
  await attempt({ key: keys[0] ?? '', permission, ...options }, async (abortSignal) => {
    const [failed] = (await client.send(command, { abortSignal })).Errors ?? [];
    if (failed === undefined) return;
    const { Code: code = '', Key = '' } = failed;
    const answer = { code, status: code === 'AccessDenied' ? 403 : 500 };
    const request = requestOf(Key.slice(root.length), permission);
    throw toServingError({ ...answer, region: undefined, retryAfterMs: undefined }, request);
  });
}

/** Without a tag, a write would be unconditional. */
const withoutTags = (): ServingError =>
  new ServingError(
    'NOT_IMPLEMENTED',
    'the S3 server gives objects no ETag; pointers cannot be changed safely there',
  );
