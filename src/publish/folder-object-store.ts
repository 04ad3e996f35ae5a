import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServingError } from '../errors.ts';
import { copyFileChecked } from './copy-file.ts';
import { absentAsUndefined, translateFileError } from './file-error.ts';
import { listFolder, listFolderNames } from './folder-listing.ts';
import { createFolderLock } from './folder-lock.ts';
import { findInside, placeInside } from './folder-paths.ts';
import { checkObjectKey } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';
import { removeEmptyFolders } from './remove-empty-folders.ts';
import { WORK_FOLDER, withTemporaryFile } from './work-folder.ts';

/**
 * Objects as files below a folder of this machine, or one that several machines have mounted.
 *
 * Every write goes to a file in `.publishing` first and is then renamed: readers see all of it or
 * nothing. Conditions are checked under a lock that the operating system frees when a process dies.
 * Reading takes no lock and writes nothing, so that a folder can be read-only later.
 *
 * @param uri as it was named, for messages
 * @param path of the folder, absolute; made when the first object is written
 */
export function createFolderObjectStore(uri: string, path: string): ObjectStore {
  const lock = createFolderLock(join(path, WORK_FOLDER, 'lock'), uri);
  const root = { path, uri: uri.replace(/(?<=.)\/+$/, '') };

  /** Run `work` on the file of `key`, and say in our words why it failed. */
  async function at<T>(key: string, work: (key: string) => Promise<T>): Promise<T> {
    checkObjectKey(key);
    if (key.split('/')[0] === WORK_FOLDER) throw reserved();
    try {
      return await work(key);
    } catch (error) {
      throw translateFileError(error, `${root.uri}/${key}`);
    }
  }

  return {
    uri: root.uri,

    read: (key, { signal } = {}) =>
      at(key, async () => {
        signal?.throwIfAborted();
        const found = await findInside(root, key);
        if (found === undefined) return undefined;
        const bytes = await readFile(found, { signal }).catch(absentAsUndefined);
        return bytes && { bytes, etag: etagOf(bytes) };
      }),

    list: async (prefix, options) => listFolder(root, prefix, options),
    listNames: async (prefix, options) => listFolderNames(root, prefix, options),

    write: (key, bytes, condition, { signal } = {}) =>
      at(key, () =>
        withTemporaryFile(path, bytes, (temporary) =>
          placeInside(root, key, (target) =>
            lock.hold(() => {
              const current = readIfThere(target);
              const holds =
                'ifAbsent' in condition
                  ? current === undefined
                  : current !== undefined && etagOf(current) === condition.ifMatch;
              if (holds) renameSync(temporary, target);
              return holds ? 'written' : 'conflict';
            }, signal),
          ),
        ),
      ),

    upload: (key, file, options = {}) =>
      at(key, () =>
        withTemporaryFile(path, undefined, async (temporary) => {
          await copyFileChecked(file, temporary, `${root.uri}/${key}`, options);
          await placeInside(root, key, async (target) => renameSync(temporary, target));
        }),
      ),

    async delete(keys, { signal } = {}) {
      for (const key of keys) {
        signal?.throwIfAborted();
        await at(key, async () => {
          const found = await findInside(root, key);
          if (found === undefined) return;
          await unlink(join(path, key)).catch(absentAsUndefined);
          await removeEmptyFolders(dirname(join(path, key)), path);
        });
      }
    },
  };
}

const etagOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    return absentAsUndefined(error);
  }
}

const reserved = (): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `"${WORK_FOLDER}" is reserved for writing`);
