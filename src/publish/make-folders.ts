import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServingError } from '../errors.ts';
import { errnoOf } from './file-error.ts';

/**
 * Make a folder and those above it; one that is there already will do.
 *
 * Not by a recursive `mkdir`, which never ends where a file system answers ENOENT whatever is above, as `/proc` does.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when something else is in the way, or the file system makes no folders
 */
export async function makeFolders(path: string): Promise<void> {
  if (await isMade(path)) return;
  await makeFolders(dirname(path));
  if (await isMade(path)) return;
  throw new ServingError('INVALID_PARAMETER_VALUE', `no folder can be made at ${path}`);
}

/** `false` when a folder above is missing. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    // A folder that is there may answer EEXIST, but also EROFS or EACCES.
    const found = await stat(path).catch(() => undefined); // the first error says more
    if (found?.isDirectory()) return true;
    if (found === undefined) throw error;
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `there is a file where a folder is expected, at ${path}`,
      { cause: error },
    );
  }
}
