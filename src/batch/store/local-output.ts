import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { absentAsUndefined, translateFileError } from '../../publish/file-error.ts';
import { findInside, placeInside } from '../../publish/folder-paths.ts';
import { checkObjectKey } from '../../publish/object-key.ts';
import type { WriteCondition, WriteOutcome } from '../../publish/object-store.ts';
import { removeEmptyFolders } from '../../publish/remove-empty-folders.ts';
import { createProcessMark, isLiveMark } from '../../serving/process-mark.ts';
import type { BatchOutput } from '../batch-output.ts';
import { createLocalPendingObject, placeOnce } from './local-pending-object.ts';

/** Before the mark of the process that writes a file. Hidden, so that nobody takes it for a result. */
const PARTIAL = '.partial-';
const READ_BYTES = 2 ** 20;

/**
 * A folder of this machine, or one that several machines have mounted; made when the first object is written.
 *
 * Objects are written to a hidden file beside their place, whose name says which process writes it.
 *
 * @param path absolute
 */
export function createLocalOutput(path: string): BatchOutput {
  const root = { path, uri: path };

  async function at<T>(key: string, work: () => Promise<T>): Promise<T> {
    checkObjectKey(key);
    try {
      return await work();
    } catch (error) {
      throw translateFileError(error, `${path}/${key}`);
    }
  }

  /** The file of a key, when there is one. */
  async function findFile(key: string): Promise<string | undefined> {
    const found = await findInside(root, key);
    const isFile = found !== undefined && (await stat(found).catch(absentAsUndefined))?.isFile();
    return isFile ? found : undefined;
  }

  return {
    uri: path,

    create: (key) =>
      at(key, () =>
        placeInside(root, key, async (target) => {
          const temporary = partialOf(target);
          const handle = await open(temporary, 'wx');
          const translate = (error: unknown) => translateFileError(error, `${path}/${key}`);
          return createLocalPendingObject(handle, { temporary, target }, translate);
        }),
      ),

    read: (key) =>
      at(key, async () => {
        const file = await findFile(key);
        const bytes = file && (await readFile(file).catch(absentAsUndefined));
        return bytes ? { bytes, etag: etagOf(bytes) } : undefined;
      }),

    write: (key, bytes, condition) =>
      at(key, () => placeInside(root, key, (target) => writeWhole(target, bytes, condition))),

    measure: (key) =>
      at(key, async () => {
        const file = await findFile(key);
        if (file === undefined) return undefined;
        const hash = createHash('sha256');
        let sizeBytes = 0;
        for await (const part of createReadStream(file, { highWaterMark: READ_BYTES })) {
          hash.update(part);
          sizeBytes += part.length;
        }
        return { sizeBytes, sha256: hash.digest('hex') };
      }),

    delete: (key) =>
      at(key, async () => {
        if ((await findInside(root, key)) === undefined) return;
        await unlink(join(path, key)).catch(absentAsUndefined);
        await removeEmptyFolders(dirname(join(path, key)), path);
      }),

    removeUnfinished: (folder) =>
      at(folder, async () => {
        const found = await findInside(root, folder);
        const names = found ? ((await readdir(found).catch(absentAsUndefined)) ?? []) : [];
        for (const name of names) {
          const file = join(found ?? '', name);
          if (await isAbandoned(name, file)) await unlink(file).catch(absentAsUndefined);
        }
      }),

    isGone: (mark) => !isLiveMark(mark, Date.now(), Date.now()),
  };
}

/** What a condition is compared with may change before the rename; only claims are overwritten, and two claims do no harm. */
async function writeWhole(
  target: string,
  bytes: Uint8Array,
  condition: WriteCondition,
): Promise<WriteOutcome> {
  const temporary = partialOf(target);
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true });
    if ('ifAbsent' in condition) return await placeOnce(temporary, target);
    const current = await readFile(target).catch(absentAsUndefined);
    if (current === undefined || etagOf(current) !== condition.ifMatch) return 'conflict';
    await rename(temporary, target);
    return 'written';
  } finally {
    await unlink(temporary).catch(() => undefined); // renamed, or never made
  }
}

const partialOf = (target: string): string => join(dirname(target), PARTIAL + createProcessMark());

async function isAbandoned(name: string, file: string): Promise<boolean> {
  if (!name.startsWith(PARTIAL)) return false;
  const modifiedMs = (await stat(file).catch(absentAsUndefined))?.mtimeMs ?? 0;
  return !isLiveMark(name.slice(PARTIAL.length), modifiedMs, Date.now());
}

const etagOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
