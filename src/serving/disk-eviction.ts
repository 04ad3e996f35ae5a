import { readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { findDiskEntry } from './disk-entry.ts';
import { createProcessMark, isLiveMark } from './process-mark.ts';

/** Where half-filled, private and discarded directories lie; their names end in a process mark. */
export const WORK_FOLDER = '.work';
/** Inside an entry: one empty file for each cache that uses it. */
export const MARKS_FOLDER = 'in-use';

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
    const path = join(work, name);
    if (!(await isLive(path, name.slice(name.lastIndexOf('~') + 1)))) await remove(path);
  }
}

/**
 * Remove an entry unless a live process uses it.
 *
 * It is moved away first and then looked at again: a process that marks an entry checks its files
 * afterwards, so one of the two always sees the other.
 *
 * @returns false when it had to stay
 */
export async function removeUnused(root: string, key: string): Promise<boolean> {
  const folder = join(root, key);
  if (await hasLiveMark(folder)) return false;
  const discarded = join(root, WORK_FOLDER, `${key}~${createProcessMark()}`);
  try {
    await rename(folder, discarded);
  } catch {
    return false; // another process was first
  }
  if (await hasLiveMark(discarded)) {
    const isBack = await rename(discarded, folder).then(
      () => true,
      () => false, // filled again meanwhile
    );
    if (isBack) return false;
  }
  await remove(discarded);
  return true;
}

async function hasLiveMark(folder: string): Promise<boolean> {
  const marks = join(folder, MARKS_FOLDER);
  const names = await readdir(marks).catch(() => []); // gone: nobody can use it
  for (const name of names) if (await isLive(join(marks, name), name)) return true;
  return false;
}

async function isLive(path: string, mark: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined); // gone meanwhile
  return found !== undefined && isLiveMark(mark, found.mtimeMs, Date.now());
}

async function listCandidates(root: string): Promise<Candidate[]> {
  const names = (await readdir(root)).filter((name) => name !== WORK_FOLDER);
  return names.map((key) => {
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
