import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ServingError } from '../errors.ts';
import { errnoOf, isAbsent } from './file-error.ts';
import { makeFolders } from './make-folders.ts';

export interface FolderRoot {
  /** Absolute. */
  readonly path: string;
  /** As it was named, for messages. */
  readonly uri: string;
}

/** How often a folder may vanish between making it and using it: another process removes empty ones. */
const PLACE_ATTEMPTS = 10;

/**
 * The real path of the file or folder at `key`; `undefined` when there is none.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when a link leads out of the root
 */
export async function findInside(root: FolderRoot, key: string): Promise<string | undefined> {
  try {
    const [real, realRoot] = await Promise.all([
      realpath(join(root.path, key)),
      realpath(root.path),
    ]);
    if (isWithin(real, realRoot)) return real;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  throw leaves(root, key);
}

/**
 * Make the folder for `key` and hand over the path to put the object at.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE when a link leads out of the root
 */
export async function placeInside<T>(
  root: FolderRoot,
  key: string,
  put: (target: string) => Promise<T>,
): Promise<T> {
  const target = join(root.path, key);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await makeFolder(root, dirname(key));
      return await put(target);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === PLACE_ATTEMPTS) throw error;
    }
  }
}

/** Part by part: `mkdir` of a whole path would follow a link out of the root before anyone looked. */
async function makeFolder(root: FolderRoot, folder: string): Promise<void> {
  const path = join(root.path, folder);
  const found = await realpath(path).catch(() => undefined); // made below, or refused there
  if (found !== undefined) {
    if (isWithin(found, await realpath(root.path))) return;
    throw leaves(root, folder);
  }
  if (folder === '.') return makeFolders(path);
  await makeFolder(root, dirname(folder));
  await mkdir(path).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
}

const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root === sep ? root : root + sep);

const leaves = (root: FolderRoot, key: string): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${JSON.stringify(key.slice(0, 80))} at ${root.uri} is a link that leaves the folder; expected plain files and folders`,
  );
