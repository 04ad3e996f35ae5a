import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { createPartQueue } from '../../artifacts/part-queue.ts';
import { ServingError } from '../../errors.ts';
import type { WriteOutcome } from '../../publish/object-store.ts';
import { isMissingKey, type S3Bucket, type S3Call } from '../../publish/s3-bucket.ts';
import { sendConditional } from '../../publish/s3-conditional-write.ts';
import { findSdkFailure } from '../../publish/s3-sdk-error.ts';
import type { UploadArguments } from '../../publish/s3-upload-arguments.ts';
import type { PendingObject } from '../batch-output.ts';

export interface S3ObjectToWrite {
  /** Relative to the bucket's root. */
  readonly key: string;
  readonly contentType: string;
  readonly uploadArguments: UploadArguments;
  /** Stops writing and completing, but never the removal of what was begun. */
  readonly signal?: AbortSignal;
}

/**
 * An object of S3 that is written part by part; one that stays small goes in a single request.
 *
 * S3 checks on completion that nothing is at the key. When that collides with another write (409), the upload is void, and
 * whether the other has written decides; if not, the job has to be done again.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
 */
export function createS3PendingObject(
  bucket: S3Bucket,
  { key, contentType, uploadArguments, signal }: S3ObjectToWrite,
): PendingObject {
  const { client, common, root } = bucket;
  const object = { ...common, Key: root + key };
  const call: S3Call = { key, permission: 's3:PutObject', isLong: true, ...(signal && { signal }) };
  const description = { ...uploadArguments, ...object, ContentType: contentType };
  const parts: CompletedPart[] = [];
  let creating: Promise<string> | undefined;
  let isEnded = false;
  const queue = createPartQueue((number, bytes) => uploadPart(number, bytes));

  async function createUpload(): Promise<string> {
    const command = new CreateMultipartUploadCommand({
      ...description,
      // As the parts say; the default is another, and parts of two kinds do not make an object.
      ChecksumAlgorithm: 'CRC32',
    });
    const begun = await bucket.attempt(call, (abortSignal) =>
      client.send(command, { abortSignal }),
    );
    return begun.UploadId ?? '';
  }

  async function uploadPart(number: number, bytes: Uint8Array): Promise<void> {
    creating ??= createUpload();
    const UploadId = await creating;
    const command = new UploadPartCommand({ ...object, UploadId, PartNumber: number, Body: bytes });
    const { ETag, ChecksumCRC32 } = await bucket.attempt(call, async (abortSignal) => {
      try {
        return await client.send(command, { abortSignal });
      } catch (error) {
        throw isGone(error) ? removed(error) : error;
      }
    });
    parts[number - 1] = {
      PartNumber: number,
      ETag,
      ...(ChecksumCRC32 && { ChecksumCRC32 }),
    };
  }

  async function putWhole(bytes: Uint8Array): Promise<WriteOutcome> {
    const command = new PutObjectCommand({ ...description, Body: bytes, IfNoneMatch: '*' });
    return bucket.attempt(call, (abortSignal) =>
      sendConditional(() => client.send(command, { abortSignal }), abortSignal),
    );
  }

  async function completeUpload(UploadId: string): Promise<WriteOutcome> {
    const command = new CompleteMultipartUploadCommand({
      ...object,
      UploadId,
      MultipartUpload: { Parts: parts },
      IfNoneMatch: '*',
    });
    const complete = async (abortSignal: AbortSignal): Promise<WriteOutcome> => {
      try {
        await client.send(command, { abortSignal });
        return 'written';
      } catch (error) {
        if (findSdkFailure(error)?.status === 412) return 'conflict';
        const isVoid = isGone(error) || isCollision(error);
        if (!isVoid) throw error;
        if (await isThere()) return 'conflict';
        throw isCollision(error) ? collided(error) : removed(error);
      }
    };
    return bucket.attempt(call, complete);
  }

  async function isThere(): Promise<boolean> {
    const command = new HeadObjectCommand(object);
    return client.send(command).then(
      () => true,
      (error: unknown) => {
        if (isMissingKey(error)) return false;
        throw error;
      },
    );
  }

  async function abort(): Promise<void> {
    if (isEnded) return;
    isEnded = true;
    await queue.stop();
    const UploadId = await creating?.catch(() => undefined); // nothing was begun
    if (UploadId === undefined) return;
    const command = new AbortMultipartUploadCommand({ ...object, UploadId });
    await bucket
      .attempt({ key, permission: 's3:PutObject' }, (abortSignal) =>
        client.send(command, { abortSignal }),
      )
      .catch(() => undefined); // the next run of the job, or the bucket's lifecycle rule
  }

  return {
    write: (bytes) => queue.add(bytes),
    async complete() {
      const rest = await queue.end();
      const outcome =
        rest === undefined ? await completeUpload(await uploadId()) : await putWhole(rest);
      if (outcome === 'written') isEnded = true;
      else await abort();
      return outcome;
    },
    abort,
  };

  async function uploadId(): Promise<string> {
    creating ??= createUpload();
    return creating;
  }
}

const isGone = (error: unknown): boolean => findSdkFailure(error)?.code === 'NoSuchUpload';
const isCollision = (error: unknown): boolean =>
  findSdkFailure(error)?.code === 'ConditionalRequestConflict';

const removed = (cause: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'what this run wrote was removed by another run of the same job; try again',
    { cause },
  );

const collided = (cause: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'another run of the same job wrote at the same moment, and neither was kept; try again',
    { cause },
  );
