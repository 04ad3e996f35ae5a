import { existsSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../errors.ts';

export interface FolderLock {
  /**
   * Run `work` while no other process, and no other caller in this one, does.
   *
   * @param work synchronous and short, so that nobody waits for a process that waits for something else
   * @throws {ServingError} TEMPORARILY_UNAVAILABLE when others have it for too long
   */
  hold<T>(work: () => T, signal?: AbortSignal): Promise<T>;
}

/** A holder needs less than a millisecond. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_PAUSE_MS = 20;
const SQLITE_BUSY = 5;

/**
 * A lock among processes that needs no cleaning up: the lock of an empty SQLite file. The operating
 * system frees it when a process dies, however it dies.
 *
 * @param path of the lock's file, in a folder that is there when `hold` is called
 * @param uri of the folder, for messages
 */
export function createFolderLock(path: string, uri: string): FolderLock {
  return {
    async hold(work, signal) {
      const { DatabaseSync } = await import('node:sqlite');
      const giveUpAt = Date.now() + LONGEST_WAIT_MS;
      for (;;) {
        signal?.throwIfAborted();
        // SQLite reports a folder that cannot be written to in its own terms; the file system's are clearer.
        if (!existsSync(path)) writeFileSync(path, '', { flag: 'a' });
        const database = new DatabaseSync(path, { timeout: 0 });
        try {
          if (tryToLock(database)) return work();
        } finally {
          database.close();
        }
        if (Date.now() > giveUpAt) throw busy(uri);
        await sleep(1 + Math.random() * LONGEST_PAUSE_MS, undefined, { signal });
      }
    },
  };
}

function tryToLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const code = (error as { readonly errcode?: number }).errcode ?? 0;
    if ((code & 0xff) === SQLITE_BUSY) return false;
    throw error;
  }
}

const busy = (uri: string): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `other processes have been writing to ${uri} for ${LONGEST_WAIT_MS / 1000} s; is one of them stopped?`,
  );
