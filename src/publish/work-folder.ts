import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTemporaryDirectory } from '../artifacts/temporary-directory.ts';
import { errnoOf } from './file-error.ts';
import { makeFolders } from './make-folders.ts';

/** In a published folder: the lock, and files that are being written. Never an object. */
export const WORK_FOLDER = '.publishing';

/**
 * Hand over the path of a file to be renamed to its place, on the same disk; it is gone afterwards.
 * What killed processes left is removed on the way.
 *
 * @param bytes written and flushed; the file is not there yet without them
 */
export async function withTemporaryFile<T>(
  root: string,
  bytes: Uint8Array | undefined,
  use: (path: string) => Promise<T>,
): Promise<T> {
  await makeWorkFolder(root);
  const directory = await createTemporaryDirectory(join(root, WORK_FOLDER, 'write'));
  try {
    const path = join(directory.path, 'object');
    // Flushed before it is renamed: a crash of the machine must not leave an empty object behind.
    if (bytes !== undefined) await writeFile(path, bytes, { flush: true });
    return await use(path);
  } finally {
    await directory.remove();
  }
}

/** In two steps: a recursive `mkdir` says ENOENT where a disk is read-only. */
async function makeWorkFolder(root: string): Promise<void> {
  await makeFolders(root);
  await mkdir(join(root, WORK_FOLDER)).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
}
