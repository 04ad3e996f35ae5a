import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 200;
const SQLITE_BUSY = 5;

/**
 * Run `work` while no other process, and no other caller in this one, holds the lock; wait as long as it takes.
 *
 * The lock of an empty SQLite file: the operating system frees it when its holder dies, however it dies.
 *
 * @param path of the lock's file; it stays
 * @param onWait called once, when somebody else holds it
 */
export async function holdLock<T>(
  path: string,
  work: () => Promise<T>,
  options: { readonly signal?: AbortSignal | undefined; readonly onWait?: () => void } = {},
): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite');
  closeSync(openSync(path, 'a')); // the file system's errors are clearer than SQLite's
  for (let isFirst = true; ; isFirst = false) {
    options.signal?.throwIfAborted();
    const database = new DatabaseSync(path, { timeout: 0 });
    try {
      if (tryToLock(database)) return await work();
    } finally {
      database.close();
    }
    if (isFirst) options.onWait?.();
    const { signal } = options;
    await sleep(PAUSE_MS, undefined, signal && { signal }).catch(() => signal?.throwIfAborted());
  }
}

function tryToLock(database: { exec(sql: string): void }): boolean {
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE'); // no second file that stays
    return true;
  } catch (error) {
    const code = (error as { readonly errcode?: number }).errcode ?? 0;
    if ((code & 0xff) === SQLITE_BUSY) return false;
    throw error;
  }
}
