import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
} from '@aws-sdk/client-s3';
import { fillBytes } from '../../artifacts/fill-bytes.ts';
import { ServingError } from '../../errors.ts';
import { isMissingKey, openS3Bucket, type S3Bucket, type S3Call } from '../../publish/s3-bucket.ts';
import { brokeOff } from '../../publish/s3-sdk-error.ts';
import type { BatchInput, ByteRange } from '../batch-input.ts';
import { createRangedInput, missingInput } from './ranged-input.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface S3ObjectName {
  readonly bucket: string;
  readonly key: string;
  /** Of a bucket that keeps versions: the one to read, also when a newer one comes. @default the newest one now */
  readonly versionId?: string;
}

export interface S3InputOptions {
  /** Stops every request. */
  readonly signal?: AbortSignal;
}

const IDLE_TIMEOUT_MS = 30_000;

/**
 * An object of S3, read in ranges that all carry its ETag.
 *
 * @param environment see `readS3Settings` for the variables
 * @throws {ServingError} as `BatchInput.stream`; INVALID_PARAMETER_VALUE for a name or a variable that cannot be used
 */
export async function openS3Input(
  name: S3ObjectName,
  environment: Environment,
  { signal }: S3InputOptions = {},
): Promise<BatchInput> {
  const bucket = openS3Bucket(`s3://${name.bucket}`, environment);
  const uri = `s3://${name.bucket}/${name.key}`;
  const { key: Key, versionId: VersionId } = name;
  const object = { ...bucket.common, Key, ...(VersionId && { VersionId }) };
  const call = { key: name.key, permission: 's3:GetObject', ...(signal && { signal }) } as const;
  const { sizeBytes, tag } = await lookAt(bucket, object, call);

  const readRange = ({ start, end }: ByteRange): Promise<Uint8Array> => {
    const Range = `bytes=${start}-${end - 1}`;
    const command = new GetObjectCommand({ ...object, Range, IfMatch: tag });
    return bucket.attempt(call, async (abortSignal) => {
      const { Body } = await bucket.client.send(command, { abortSignal });
      return fillBytes(Body as Readable, end - start, {
        place: uri,
        signal: abortSignal,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        brokeOff: () => brokeOff(uri, undefined),
      });
    });
  };
  const etag = tag.replaceAll('"', '');
  return createRangedInput({ uri, key: name.key, sizeBytes, etag, readRange });
}

async function lookAt(
  { client, attempt, requestOf }: S3Bucket,
  object: HeadObjectCommandInput,
  call: S3Call,
): Promise<{ sizeBytes: number; tag: string }> {
  const { place } = requestOf(call.key, 's3:GetObject');
  const command = new HeadObjectCommand(object);
  const found = await attempt(call, (abortSignal) =>
    client.send(command, { abortSignal }).catch((error: unknown) => {
      if (isMissingKey(error)) throw missingInput(place);
      throw error;
    }),
  );
  if (!found.ETag) throw new ServingError('NOT_IMPLEMENTED', `${place} has no ETag`);
  return { sizeBytes: found.ContentLength ?? 0, tag: found.ETag };
}
