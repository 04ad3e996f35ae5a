import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3';
import { readBody } from '../../artifacts/read-body.ts';
import { checkObjectKey } from '../../publish/object-key.ts';
import { isMissingKey, openS3Bucket, type S3Bucket } from '../../publish/s3-bucket.ts';
import { createS3ObjectStore } from '../../publish/s3-object-store.ts';
import { brokeOff } from '../../publish/s3-sdk-error.ts';
import { readUploadArguments } from '../../publish/s3-upload-arguments.ts';
import type { BatchOutput, ObjectMeasure } from '../batch-output.ts';
import { createS3PendingObject } from './s3-pending-object.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface S3OutputOptions {
  /** Stops writing; what was begun is removed nevertheless. */
  readonly signal?: AbortSignal;
}

const IDLE_TIMEOUT_MS = 30_000;

/**
 * A prefix of a bucket, on AWS or a server that knows `If-None-Match` on writes and completions.
 *
 * @param uri `s3://<bucket>/<prefix>`
 * @param environment see `readS3Settings` and `readUploadArguments` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` is not an S3 URI, or a variable cannot be understood
 */
export function createS3Output(
  uri: string,
  environment: Environment,
  { signal }: S3OutputOptions = {},
): BatchOutput {
  const bucket = openS3Bucket(uri, environment);
  const store = createS3ObjectStore(uri, environment, { bucket });
  const uploadArguments = readUploadArguments(environment);

  return {
    uri: store.uri,
    async create(key, contentType) {
      checkObjectKey(key);
      const object = { key, contentType, uploadArguments, ...(signal && { signal }) };
      return createS3PendingObject(bucket, object);
    },
    read: (key) => store.read(key),
    write: (key, bytes, condition) => store.write(key, bytes, condition),
    measure: (key) => measure(bucket, key),
    delete: (key) => store.delete([key]),
    removeUnfinished: (folder) =>
      // Without the permission to list uploads, the bucket's lifecycle rule removes them.
      abortUploads(bucket, folder).catch(() => undefined),
  };
}

function measure(bucket: S3Bucket, key: string): Promise<ObjectMeasure | undefined> {
  const { client, common, root, attempt, requestOf } = bucket;
  const permission = 's3:GetObject';
  const { place } = requestOf(key, permission);
  return attempt({ key, permission, isLong: true }, async (signal) => {
    const command = new GetObjectCommand({ ...common, Key: root + key });
    const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      if (isMissingKey(error)) return undefined;
      throw error;
    });
    if (answer === undefined) return undefined;
    const hash = createHash('sha256');
    const add = (bytes: Uint8Array) => void hash.update(bytes);
    const options = { place, signal, idleTimeoutMs: IDLE_TIMEOUT_MS };
    const sizeBytes = await readBody(answer.Body as Readable, add, options);
    if (sizeBytes !== (answer.ContentLength ?? sizeBytes)) throw brokeOff(place, undefined);
    return { sizeBytes, sha256: hash.digest('hex') };
  });
}

async function abortUploads(
  { client, common, root, attempt }: S3Bucket,
  folder: string,
): Promise<void> {
  const call = { key: folder, permission: 's3:PutObject' } as const;
  const list = new ListMultipartUploadsCommand({ ...common, Prefix: `${root}${folder}/` });
  // A job has two files: no folder has a second page of uploads.
  const { Uploads = [] } = await attempt(call, (abortSignal) => client.send(list, { abortSignal }));
  for (const { Key, UploadId } of Uploads) {
    const command = new AbortMultipartUploadCommand({ ...common, Key, UploadId });
    await attempt(call, (abortSignal) => client.send(command, { abortSignal }));
  }
}
