import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { BlobContainer } from '../artifacts/blob-container.ts';
import { createBlobWriter } from '../artifacts/blob-writer.ts';
import { contentMismatch } from '../artifacts/retry.ts';
import type { FileToUpload, UploadOptions } from './object-store.ts';

const READ_BYTES = 2 ** 20;

/**
 * Copy a file to Blob Storage; wrong bytes never become an object.
 *
 * @throws {ServingError} as `BlobContainer.attempt`; TEMPORARILY_UNAVAILABLE when the file is not the one that was announced
 */
export async function uploadToBlob(
  container: BlobContainer,
  key: string,
  file: FileToUpload,
  { signal, onProgress }: UploadOptions,
): Promise<void> {
  let reported = 0;
  const writer = createBlobWriter(container, key, {
    ...(signal && { signal }),
    onSent: (bytes) => {
      reported += bytes;
      onProgress?.(bytes);
    },
  });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    signal?.throwIfAborted();
    for await (const bytes of createReadStream(file.path, { highWaterMark: READ_BYTES })) {
      hash.update(bytes);
      sizeBytes += bytes.length;
      await writer.write(bytes);
    }
    if (sizeBytes !== file.sizeBytes || hash.digest('hex') !== file.sha256) {
      throw contentMismatch(
        `the file for ${container.uriOf(key)} changed while it was read; publish again`,
      );
    }
    await writer.complete({ metadata: { sha256: file.sha256 } });
  } catch (error) {
    onProgress?.(-reported);
    throw error;
  } finally {
    await writer.stop();
  }
}
