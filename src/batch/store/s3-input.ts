import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandInput,
} from '@aws-sdk/client-s3';
import { readBody } from '../../artifacts/read-body.ts';
import { ContentMismatch } from '../../artifacts/retry.ts';
import { ServingError } from '../../errors.ts';
import { isMissingKey, openS3Bucket, type S3Bucket, type S3Call } from '../../publish/s3-bucket.ts';
import { brokeOff } from '../../publish/s3-sdk-error.ts';
import type { BatchInput, ByteRange } from '../batch-input.ts';
import { mapInOrder } from '../map-in-order.ts';

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

/** What one request asks for: a slow reader leaves no request open, and what breaks off is cheap to ask for again; bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;
const WINDOWS_AT_ONCE = 3;
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

  async function read({ start, end }: ByteRange): Promise<Uint8Array> {
    if (start >= end) return new Uint8Array(0);
    const Range = `bytes=${start}-${end - 1}`;
    const command = new GetObjectCommand({ ...object, Range, IfMatch: tag });
    const once = async (abortSignal: AbortSignal) => {
      const { Body } = await bucket.client.send(command, { abortSignal });
      const options = { place: uri, signal: abortSignal, idleTimeoutMs: IDLE_TIMEOUT_MS };
      // Each piece goes to its place as it comes: windows are large, and many are read at once.
      const bytes = new Uint8Array(end - start);
      let at = 0;
      const keep = (piece: Buffer): void => {
        if (at + piece.length > bytes.length) throw brokeOff(uri, undefined);
        bytes.set(piece, at);
        at += piece.length;
      };
      await readBody(Body as Readable, keep, options);
      if (at !== bytes.length) throw brokeOff(uri, undefined);
      return bytes;
    };
    return bucket.attempt(call, once).catch((error: unknown) => {
      throw isReplaced(error) ? replaced(uri, error) : error;
    });
  }

  return {
    uri,
    key: name.key,
    sizeBytes,
    etag: tag.replaceAll('"', ''),
    read,
    stream: ({ start, end } = { start: 0, end: sizeBytes }) =>
      mapInOrder(windowsOf(start, end), WINDOWS_AT_ONCE, read),
  };
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
      if (isMissingKey(error)) throw missing(place);
      throw error;
    }),
  );
  if (!found.ETag) throw new ServingError('NOT_IMPLEMENTED', `${place} has no ETag`);
  return { sizeBytes: found.ContentLength ?? 0, tag: found.ETag };
}

function* windowsOf(start: number, end: number): Generator<ByteRange> {
  for (let at = start; at < end; at += WINDOW_BYTES) {
    yield { start: at, end: Math.min(end, at + WINDOW_BYTES) };
  }
}

const isReplaced = (error: unknown): boolean =>
  error instanceof ServingError && error.cause instanceof ContentMismatch;

const missing = (place: string): ServingError =>
  new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `${place} does not exist; for every file below a prefix, put a slash at its end`,
  );

const replaced = (uri: string, cause: unknown): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `${uri} was replaced while it was read; what it is now is a job of its own`,
    { cause },
  );
