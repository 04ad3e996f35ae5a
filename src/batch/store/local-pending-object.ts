import type { FileHandle } from 'node:fs/promises';
import { link, lstat, rename, unlink } from 'node:fs/promises';
import { ServingError } from '../../errors.ts';
import { errnoOf, isAbsent } from '../../publish/file-error.ts';
import type { WriteOutcome } from '../../publish/object-store.ts';
import type { PendingObject } from '../batch-output.ts';

/**
 * A file beside its target, put there by a hard link: unlike a rename, that fails where something is.
 *
 * @param temporary open for writing as `handle`
 * @param translate what to throw for an error of the file system
 */
export function createLocalPendingObject(
  handle: FileHandle,
  { temporary, target }: { readonly temporary: string; readonly target: string },
  translate: (error: unknown) => unknown,
): PendingObject {
  let isEnded = false;

  async function end(): Promise<void> {
    isEnded = true;
    await handle.close().catch(() => undefined); // what counts was flushed
    await unlink(temporary).catch(() => undefined); // gone already; else the next run removes it
  }

  return {
    async write(bytes) {
      try {
        await handle.writeFile(bytes);
      } catch (error) {
        throw translate(error);
      }
    },
    async complete() {
      try {
        // Flushed first: a crash of the machine must not leave an empty object behind.
        await handle.sync();
        return await placeOnce(temporary, target);
      } catch (error) {
        throw isAbsent(error) ? removed(error) : translate(error);
      } finally {
        await end();
      }
    },
    async abort() {
      if (!isEnded) await end();
    },
  };
}

/** Give a complete file its name, unless that is taken. */
export async function placeOnce(temporary: string, target: string): Promise<WriteOutcome> {
  try {
    await link(temporary, target);
    return 'written';
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return 'conflict';
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|EMLINK|ENOSYS)$/.test(errnoOf(error))) throw error;
  }
  // A file system without hard links. Two runs at once may both come here; they bring the same bytes.
  const isTaken = await lstat(target).then(
    () => true,
    () => false, // nothing is there
  );
  if (isTaken) return 'conflict';
  await rename(temporary, target);
  return 'written';
}

const removed = (cause: unknown): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    'what this run wrote was removed by another run of the same job; try again',
    { cause },
  );
