import {
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { withRetries } from '../artifacts/retry.ts';
import { type S3Permission, toServingError } from '../artifacts/s3-error.ts';
import { decodeFormValue } from '../artifacts/s3-listing.ts';
import { parseS3Uri } from '../artifacts/s3-settings.ts';
import { ServingError } from '../errors.ts';
import { checkObjectKey } from './object-key.ts';
import type { CallOptions, ListedObject, ObjectStore, StoredObject } from './object-store.ts';
import { createS3SdkClient } from './s3-sdk-client.ts';
import { brokeOff, findSdkFailure, translateSdkError } from './s3-sdk-error.ts';
import { uploadToS3 } from './s3-upload.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Keys are relative to the root. */
interface S3Page {
  readonly objects: readonly ListedObject[];
  readonly folders: readonly string[];
}

/** Each of them is several of the SDK's. */
const ATTEMPTS = { transientAttempts: 3, mismatchAttempts: 2 };
/** Parts have had their own attempts. */
const UPLOAD_ATTEMPTS = { transientAttempts: 2, mismatchAttempts: 1 };
/** What S3 takes in one request. */
const MAX_DELETED_AT_ONCE = 1_000;

/**
 * Objects below `s3://<bucket>/<prefix>`, on AWS or a server that speaks its language and knows
 * `If-Match` and `If-None-Match` on writes.
 *
 * The SDK repeats requests that failed for a moment; what it does not (answers that break off, two
 * conditional writes at once) is repeated here.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` is not an S3 URI; as `readS3Settings`
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function createS3ObjectStore(uri: string, environment: Environment): ObjectStore {
  const { bucket, prefix: root } = parseS3Uri(uri);
  const { client, settings } = createS3SdkClient(environment);
  const expectedOwner = settings.expectedBucketOwner;
  const common = { Bucket: bucket, ...(expectedOwner && { ExpectedBucketOwner: expectedOwner }) };
  const never = new AbortController().signal;

  const requestOf = (key: string, permission: S3Permission) => ({
    place: `s3://${bucket}/${root}${key}`,
    permission,
    region: settings.region,
    expectedOwner,
  });

  /** Repeat `work`, and say in our words why it failed. */
  function attempt<T>(
    key: string,
    permission: S3Permission,
    work: (signal: AbortSignal) => Promise<T>,
    { signal = never }: CallOptions = {},
    attempts = ATTEMPTS,
  ): Promise<T> {
    const once = async () => {
      try {
        return await work(signal);
      } catch (error) {
        signal.throwIfAborted();
        throw translateSdkError(error, requestOf(key, permission));
      }
    };
    return withRetries(once, { ...attempts, signal });
  }

  async function read(key: string, options?: CallOptions): Promise<StoredObject | undefined> {
    checkObjectKey(key);
    return attempt(
      key,
      's3:GetObject',
      async (abortSignal) => {
        const command = new GetObjectCommand({ ...common, Key: root + key });
        const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
          if (isMissingKey(error)) return undefined;
          throw error;
        });
        if (answer?.Body === undefined) return undefined;
        const { place } = requestOf(key, 's3:GetObject');
        const bytes = await answer.Body.transformToByteArray().catch((error: unknown) => {
          throw brokeOff(place, error);
        });
        if (answer.ContentLength !== undefined && answer.ContentLength !== bytes.length) {
          throw brokeOff(place, undefined);
        }
        return { bytes, etag: answer.ETag ?? '' };
      },
      options,
    );
  }

  /** Every page below `prefix`, which ends with a slash or is the root. */
  async function listPages(folder: string, delimiter: string | undefined, options?: CallOptions) {
    const prefix = folder === '' ? root : `${root}${folder}/`;
    return attempt(
      folder,
      's3:ListBucket',
      async (abortSignal) => {
        // Percent-encoded, since XML cannot hold every character a key can; a server may ignore that.
        const input = {
          ...{ ...common, Prefix: prefix, EncodingType: 'url' as const },
          ...(delimiter && { Delimiter: delimiter }),
        };
        const pages: S3Page[] = [];
        for await (const page of paginateListObjectsV2({ client }, input, { abortSignal })) {
          const decode = page.EncodingType === 'url' ? decodeFormValue : (text: string) => text;
          pages.push({
            objects: (page.Contents ?? []).map(({ Key = '', Size = 0, LastModified }) => ({
              key: decode(Key).slice(root.length),
              sizeBytes: Size,
              modifiedAtMs: LastModified?.getTime() ?? 0,
            })),
            folders: (page.CommonPrefixes ?? []).map(({ Prefix = '' }) =>
              decode(Prefix).slice(root.length, -1),
            ),
          });
        }
        return pages;
      },
      options,
    );
  }

  return {
    uri: `s3://${bucket}/${root}`.replace(/\/+$/, ''),
    read,

    async list(folder, options) {
      const pages = await listPages(folder, undefined, options);
      const objects = pages.flatMap((page) => page.objects);
      return objects.filter(({ key }) => key !== '' && !key.endsWith('/')); // markers of folders
    },

    async listNames(folder, options) {
      const start = folder === '' ? 0 : folder.length + 1;
      const pages = await listPages(folder, '/', options);
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
        ...common,
        Key: root + key,
        Body: bytes,
        ...(key.endsWith('.json') && { ContentType: 'application/json' }),
        ...('ifAbsent' in condition ? { IfNoneMatch: '*' } : { IfMatch: condition.ifMatch }),
      });
      return attempt(
        key,
        's3:PutObject',
        async (abortSignal) => {
          try {
            await client.send(command, { abortSignal });
            return 'written';
          } catch (error) {
            // A key that was to match and is not there is answered with 404.
            if (findSdkFailure(error)?.status === 412 || isMissingKey(error)) return 'conflict';
            throw error;
          }
        },
        options,
      );
    },

    async upload(key, file, options = {}) {
      checkObjectKey(key);
      const { place } = requestOf(key, 's3:PutObject');
      const destination = { client, bucket, key: root + key, expectedOwner, place };
      const work = (signal: AbortSignal) => uploadToS3(file, destination, { ...options, signal });
      await attempt(key, 's3:PutObject', work, options, UPLOAD_ATTEMPTS);
    },

    async delete(keys, options) {
      for (const key of keys) checkObjectKey(key);
      for (let at = 0; at < keys.length; at += MAX_DELETED_AT_ONCE) {
        const batch = keys.slice(at, at + MAX_DELETED_AT_ONCE);
        const Objects = batch.map((key) => ({ Key: root + key }));
        const command = new DeleteObjectsCommand({ ...common, Delete: { Objects, Quiet: true } });
        await attempt(
          batch[0] ?? '',
          's3:DeleteObject',
          async (abortSignal) => {
            const [failed] = (await client.send(command, { abortSignal })).Errors ?? [];
            if (failed === undefined) return;
            const code = failed.Code ?? '';
            const status = code === 'AccessDenied' ? 403 : 500;
            const request = requestOf(failed.Key?.slice(root.length) ?? '', 's3:DeleteObject');
            const answer = { code, status, region: undefined, retryAfterMs: undefined };
            throw toServingError(answer, request);
          },
          options,
        );
      }
    },
  };
}

/** Without a tag, a write would be unconditional. */
const withoutTags = (): ServingError =>
  new ServingError(
    'NOT_IMPLEMENTED',
    'the S3 server gives objects no ETag; pointers cannot be changed safely there',
  );

/** A missing bucket is a wrong setting, not an object that is not there. */
function isMissingKey(error: unknown): boolean {
  const failure = findSdkFailure(error);
  return failure?.status === 404 && failure.code !== 'NoSuchBucket';
}
