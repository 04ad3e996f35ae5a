import { renameSync } from 'node:fs';
import { readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { findDiskEntry } from './disk-entry.ts';
import { claimForRemoval, isLive } from './disk-marks.ts';
import { createProcessMark } from './process-mark.ts';

/** Where half-filled, private and discarded directories lie; their names end in a process mark. */
export const WORK_FOLDER = '.work';

/** Bounds of a cache on disk; the number of entries includes the one that is about to come. */
export interface DiskBounds {
  readonly maxBytes: number | undefined;
  readonly maxEntries: number;
}

interface Candidate {
  readonly key: string;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

const FREE_SHARE = 0.8;
const DEFAULT_MAX_BYTES = 10 * 2 ** 30;

/**
 * Remove entries, least recently used first, until `extraBytes` more are within the bounds.
 *
 * Entries that a live process uses stay, even beyond the bounds.
 */
export async function makeDiskRoom(
  root: string,
  bounds: DiskBounds,
  extra: { readonly bytes: number; readonly entries: number },
): Promise<void> {
  const candidates = await listCandidates(root);
  let bytes = candidates.reduce((sum, { sizeBytes }) => sum + sizeBytes, extra.bytes);
  let entries = candidates.length + extra.entries;
  const maxBytes = bounds.maxBytes ?? (await defaultMaxBytes(root, bytes - extra.bytes));
  for (const { key, sizeBytes } of candidates.sort((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (bytes <= maxBytes && entries <= bounds.maxEntries) return;
    if (!(await removeUnused(root, key))) continue;
    bytes -= sizeBytes;
    entries--;
  }
}

/** Remove what killed processes left half done. */
export async function removeAbandoned(root: string): Promise<void> {
  const work = join(root, WORK_FOLDER);
  for (const name of await readdir(work)) {
    if (!isLive(work, name)) await remove(join(work, name));
  }
}

/** Remove an entry unless a live process uses it; false when it had to stay. */
export async function removeUnused(root: string, key: string): Promise<boolean> {
  const folder = join(root, key);
  if (!claimForRemoval(folder)) return false;
  // Away in one step, so that nobody finds it half deleted; the claim goes with it.
  const discarded = join(root, WORK_FOLDER, `${key}~${createProcessMark()}`);
  try {
    renameSync(folder, discarded);
  } catch {
    return false; // another process was first
  }
  await remove(discarded);
  return true;
}

async function listCandidates(root: string): Promise<Candidate[]> {
  const folders = await readdir(root, { withFileTypes: true });
  const keys = folders.flatMap((entry) =>
    entry.isDirectory() && entry.name !== WORK_FOLDER ? [entry.name] : [],
  );
  return keys.map((key) => {
    const entry = findDiskEntry(join(root, key));
    return { key, sizeBytes: entry?.sizeBytes ?? 0, usedAtMs: entry?.usedAtMs ?? 0 };
  });
}

async function defaultMaxBytes(root: string, usedBytes: number): Promise<number> {
  const { bavail, bsize } = await statfs(root);
  return Math.min(DEFAULT_MAX_BYTES, FREE_SHARE * (bavail * bsize + usedBytes));
}

const remove = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => {}); // the next sweep tries again
