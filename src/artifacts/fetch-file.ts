import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { fetchParts, RangesUnsupported } from './fetch-parts.ts';
import { createFileWriter } from './file-writer.ts';
import { checkDigest, openChecked, type ReceiveContext, receive } from './receive.ts';
import type { RemoteFile } from './remote-directory.ts';
import { FILE_ATTEMPTS, FILE_OF_PARTS_ATTEMPTS, withRetries } from './retry.ts';

/**
 * Write one file to `path`, which must not exist, and check it against what was announced.
 *
 * Sizes are checked always, against listing or manifest and against the store's own Content-Length;
 * digests are computed while bytes arrive, and only where one is announced.
 *
 * @throws {ServingError} what `RemoteDirectory.open` throws, after retries; TEMPORARILY_UNAVAILABLE for other bytes
 *   than announced; INVALID_PARAMETER_VALUE above the limit
 */
export async function fetchFile(
  file: RemoteFile,
  path: string,
  context: ReceiveContext,
): Promise<void> {
  const handle = await open(path, 'wx+');
  try {
    if (!(await fetchInParts(file, handle, context))) await fetchWhole(file, handle, context);
  } finally {
    await handle.close();
  }
}

/** @returns false when the file is too small for parts or the store does not have them */
async function fetchInParts(
  file: RemoteFile,
  handle: FileHandle,
  context: ReceiveContext,
): Promise<boolean> {
  const { sizeBytes } = file;
  const { source, partBytes, firstPauseMs, signal } = context;
  if (!source.hasRanges || sizeBytes === undefined || sizeBytes <= 2 * partBytes) return false;
  try {
    await withRetries(() => fetchParts({ ...file, sizeBytes }, handle, context), {
      ...FILE_OF_PARTS_ATTEMPTS,
      firstPauseMs,
      signal,
    });
    return true;
  } catch (error) {
    if (error instanceof RangesUnsupported) return false;
    throw error;
  }
}

function fetchWhole(file: RemoteFile, handle: FileHandle, context: ReceiveContext): Promise<void> {
  const attempt = async () => {
    await handle.truncate(0);
    const hash = file.sha256 === undefined ? undefined : createHash('sha256');
    const writer = createFileWriter(handle, 0);
    const remote = await openChecked(file, {}, context);
    await receive(file, remote, context, (chunk) => {
      hash?.update(chunk);
      return writer.write(chunk);
    });
    await writer.flush();
    checkDigest(file, hash?.digest('hex'), context);
  };
  const { limitRequests, firstPauseMs, signal } = context;
  return withRetries(() => limitRequests(attempt), { ...FILE_ATTEMPTS, firstPauseMs, signal });
}
