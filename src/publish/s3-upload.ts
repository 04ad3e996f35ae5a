import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { contentMismatch } from '../artifacts/retry.ts';
import type { FileToUpload, UploadOptions } from './object-store.ts';
import { findSdkFailure } from './s3-sdk-error.ts';
import type { UploadArguments } from './s3-upload-arguments.ts';

export interface S3Destination {
  readonly client: S3Client;
  /** The bucket, and what every request for it says. */
  readonly common: UploadArguments & {
    readonly Bucket: string;
    readonly ExpectedBucketOwner?: string;
  };
  readonly key: string;
  /** For messages. */
  readonly place: string;
}

/** Up to here a file goes in one request, whose digest S3 checks itself; bytes. */
const PART_BYTES = 16 * 2 ** 20;
const READ_BYTES = 2 ** 20;
const MAX_PARTS = 10_000;
const PARTS_AT_ONCE = 4;

/** One attempt to copy a file to S3; the SDK repeats single requests on its own. */
export async function uploadToS3(
  file: FileToUpload,
  destination: S3Destination,
  options: UploadOptions,
): Promise<void> {
  if (file.sizeBytes <= PART_BYTES) await putWhole(file, destination, options);
  else await putInParts(file, destination, options);
}

async function putWhole(
  file: FileToUpload,
  destination: S3Destination,
  { signal, onProgress }: UploadOptions,
): Promise<void> {
  const bytes = await readFile(file.path, { signal });
  const digest = createHash('sha256').update(bytes);
  const checksum = digest.copy().digest('base64');
  if (bytes.length !== file.sizeBytes || digest.digest('hex') !== file.sha256) {
    throw changed(destination);
  }
  const command = new PutObjectCommand({
    ...paramsOf(file, destination),
    Body: bytes,
    ChecksumSHA256: checksum,
  });
  await destination.client.send(command, { ...(signal && { abortSignal: signal }) });
  onProgress?.(bytes.length);
}

async function putInParts(
  file: FileToUpload,
  destination: S3Destination,
  { signal, onProgress }: UploadOptions,
): Promise<void> {
  const { Upload } = await import('@aws-sdk/lib-storage');
  const upload = new Upload({
    client: destination.client,
    params: {
      ...paramsOf(file, destination),
      Body: Readable.from(checked(), { objectMode: false }),
    },
    partSize: Math.max(PART_BYTES, Math.ceil(file.sizeBytes / MAX_PARTS)),
    queueSize: PARTS_AT_ONCE,
  });
  let reported = 0;
  upload.on('httpUploadProgress', ({ loaded = 0 }) => {
    onProgress?.(loaded - reported);
    reported = loaded;
  });
  const abort = () => void upload.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } catch (error) {
    // The answer to the last request was lost, and its repetition found the upload completed.
    const isComplete =
      findSdkFailure(error)?.code === 'NoSuchUpload' && (await isThere(file, destination));
    if (isComplete) return;
    onProgress?.(-reported);
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }

  /** Fails before the last part is sent, so that wrong bytes never become an object. */
  async function* checked(): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file.path, { highWaterMark: READ_BYTES })) {
      hash.update(chunk);
      yield chunk;
    }
    if (hash.digest('hex') !== file.sha256) throw changed(destination);
  }
}

async function isThere(file: FileToUpload, destination: S3Destination): Promise<boolean> {
  const { Bucket, Key, ExpectedBucketOwner } = paramsOf(file, destination);
  const command = new HeadObjectCommand({
    Bucket,
    Key,
    ...(ExpectedBucketOwner && { ExpectedBucketOwner }),
  });
  const found = await destination.client.send(command);
  return found.ContentLength === file.sizeBytes && found.Metadata?.['sha256'] === file.sha256;
}

const paramsOf = ({ sha256 }: FileToUpload, { common, key }: S3Destination) => ({
  ...common,
  Key: key,
  Metadata: { sha256 },
});

const changed = ({ place }: S3Destination): Error =>
  contentMismatch(`the file for ${place} changed while it was read; publish again`);
