import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { contentMismatch } from '../artifacts/retry.ts';
import type { FileToUpload, UploadOptions } from './object-store.ts';

const CHUNK_BYTES = 2 ** 20;

/**
 * Copy a file to `target`, which must not be there, and flush it.
 *
 * @param place for messages
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when size or digest are not the announced ones
 */
export async function copyFileChecked(
  file: FileToUpload,
  target: string,
  place: string,
  { signal, onProgress }: UploadOptions,
): Promise<void> {
  const hash = createHash('sha256');
  const source = await open(file.path, 'r');
  try {
    const copy = await open(target, 'wx');
    try {
      for await (const chunk of source.createReadStream({ highWaterMark: CHUNK_BYTES })) {
        signal?.throwIfAborted();
        hash.update(chunk);
        await copy.writeFile(chunk);
        onProgress?.(chunk.length);
      }
      await copy.sync();
    } finally {
      await copy.close();
    }
  } finally {
    await source.close().catch(() => undefined); // the stream has closed it already
  }
  if (hash.digest('hex') === file.sha256) return;
  throw contentMismatch(`the file for ${place} changed while it was read; publish again`);
}
