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
 * digests are computed while bytes arrive, and only where one is announced. The local file is opened while the
 * first request is on its way.
 *
 * @throws {ServingError} what `RemoteDirectory.open` throws, after retries; TEMPORARILY_UNAVAILABLE for other bytes
 *   than announced; INVALID_PARAMETER_VALUE above the limit
 */
export async function fetchFile(
  file: RemoteFile,
  path: string,
  context: ReceiveContext,
): Promise<void> {
  const opening = open(path, 'wx+');
  opening.catch(() => {}); // thrown where the handle is used, which may be later
  try {
    if (!(await fetchInParts(file, opening, context))) await fetchWhole(file, opening, context);
  } finally {
    await opening.then(
      (handle) => handle.close(),
      () => {}, // see above
    );
  }
}

/** @returns false when the file is too small for parts or the store does not have them */
async function fetchInParts(
  file: RemoteFile,
  opening: Promise<FileHandle>,
  context: ReceiveContext,
): Promise<boolean> {
  const { sizeBytes } = file;
  const { source, leastPartedBytes, firstPauseMs, signal } = context;
  if (!source.hasRanges || sizeBytes === undefined || sizeBytes < leastPartedBytes) return false;
  try {
    await withRetries(() => fetchParts({ ...file, sizeBytes }, opening, context), {
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

function fetchWhole(
  file: RemoteFile,
  opening: Promise<FileHandle>,
  context: ReceiveContext,
): Promise<void> {
  let isUsed = false;
  const attempt = async () => {
    const hash = file.sha256 === undefined ? undefined : createHash('sha256');
    const remote = await openChecked(file, {}, context);
    const handle = await opening;
    if (isUsed) await handle.truncate(0);
    isUsed = true;
    const writer = createFileWriter(handle, 0);
    await receive(file, remote, context, (chunk) => {
      hash?.update(chunk);
      return writer.write(chunk);
    });
    await writer.flush();
    checkDigest(file, hash?.digest('hex'), context);
  };
  const { limitRequests, transientAttempts, firstPauseMs, signal } = context;
  const policy = { ...FILE_ATTEMPTS, transientAttempts, firstPauseMs, signal };
  return withRetries(() => limitRequests(attempt), policy);
}
