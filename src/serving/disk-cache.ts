import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../errors.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import {
  findDiskEntry,
  findWrongSize,
  sumBytes,
  touchDiskEntry,
  writeDiskEntry,
} from './disk-entry.ts';
import {
  type DiskBounds,
  makeDiskRoom,
  removeAbandoned,
  removeUnused,
  WORK_FOLDER,
} from './disk-eviction.ts';
import { MARKS_FOLDER, markInUse, removeMark, type Unmark } from './disk-marks.ts';
import { diskKey } from './model-version.ts';
import { createProcessMark } from './process-mark.ts';

export interface DiskCacheOptions {
  /** @default DEFAULT_CACHE_DIRECTORY */
  readonly directory?: string;
  /** @default 80 % of what is free on that disk or used by this cache already, at most 10 GiB */
  readonly maxBytes?: number;
  /** @default 100 */
  readonly maxEntries?: number;
  /** @default Date.now - ms since epoch; orders the entries by last use */
  readonly now?: () => number;
}

/** A complete directory that stays until `release`. */
export interface CachedDirectory {
  readonly path: string;
  readonly sizeBytes: number;
  /** True when nothing had to be filled. */
  readonly wasOnDisk: boolean;
  /** Idempotent; never rejects. */
  release(): Promise<void>;
}

/** Brings the files into `directory`, which does not exist yet, complete or not at all. */
export type FillDirectory = (directory: string) => Promise<void>;

/** Immutable versions on the local disk, shared by the processes of this machine. */
export interface DiskCache {
  /**
   * The files of `version`, filled by `fill` when they are not here.
   *
   * @throws {ServingError} INTERNAL_ERROR when the cache cannot be written, else what `fill` threw
   */
  open(version: ModelVersion, fill: FillDirectory): Promise<CachedDirectory>;
}

export const DEFAULT_CACHE_DIRECTORY = join(tmpdir(), 'mlflow-serverless');

const MODEL_FOLDER = 'model';

/**
 * Keep model directories on disk, bounded in bytes and entries.
 *
 * Layout: `<key>/model` with `<key>/entry.json` (sizes) and `<key>/in-use/<mark>`, one for each user;
 * everything is made in `.work` and appears under its key by one rename, so a killed process leaves
 * nothing half done there, and its marks die with it. What may change under its URI stays in
 * `.work`, for one user.
 */
export function createDiskCache(options: DiskCacheOptions = {}): DiskCache {
  const { directory: root = DEFAULT_CACHE_DIRECTORY, now = Date.now } = options;
  const bounds: DiskBounds = { maxBytes: options.maxBytes, maxEntries: options.maxEntries ?? 100 };
  let isSwept = false;

  async function open(version: ModelVersion, fill: FillDirectory): Promise<CachedDirectory> {
    const key = diskKey(version);
    const found = key === undefined ? undefined : await reuse(key, version);
    return found ?? add(key, version, fill);
  }

  async function reuse(key: string, version: ModelVersion): Promise<CachedDirectory | undefined> {
    const folder = join(root, key);
    const unmark = await markPatiently(folder);
    if (unmark === undefined) return undefined;
    const path = join(folder, MODEL_FOLDER);
    const entry = findDiskEntry(folder);
    if (entry !== undefined && !findWrongSize(path, version.files ?? entry.files)) {
      touchDiskEntry(folder, now());
      return shared(key, unmark, entry.sizeBytes, true);
    }
    unmark();
    await removeUnused(root, key);
    return undefined;
  }

  async function add(
    key: string | undefined,
    version: ModelVersion,
    fill: FillDirectory,
  ): Promise<CachedDirectory> {
    const work = join(root, WORK_FOLDER, `${key ?? 'private'}~${createProcessMark()}`);
    makeFolder(work);
    try {
      const model = join(work, MODEL_FOLDER);
      await fillWithRoom(model, sumBytes(version.files ?? []), fill);
      const { sizeBytes } = writeDiskEntry(work, model);
      touchDiskEntry(work, now());
      if (key === undefined) return unshared(work, sizeBytes);
      return publish(key, work, sizeBytes) ?? (await yieldTo(key, version, work, sizeBytes));
    } catch (error) {
      await removeFolder(work);
      throw error;
    }
  }

  /** The download starts at once; room is made beside it, as that rarely matters. */
  async function fillWithRoom(model: string, bytes: number, fill: FillDirectory): Promise<void> {
    const extra = { bytes, entries: 1 };
    const tidying = tidy(bounds, extra);
    try {
      await fill(model);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      await tidying;
      await tidy({ maxBytes: 0, maxEntries: 0 }, extra);
      await fill(model);
    }
  }

  /** Never rejects: a cache beyond its bounds is no reason not to serve. */
  async function tidy(within: DiskBounds, extra: { bytes: number; entries: number }) {
    try {
      if (!isSwept) await removeAbandoned(root);
      isSwept = true;
      await makeDiskRoom(root, within, extra);
    } catch {
      // The next download tidies again; a disk that really fails shows when the files are written.
    }
  }

  /** Undefined when another process was first. */
  function publish(key: string, work: string, sizeBytes: number): CachedDirectory | undefined {
    mkdirSync(join(work, MARKS_FOLDER));
    const mark = createProcessMark();
    writeFileSync(join(work, MARKS_FOLDER, mark), '');
    if (!moveIntoPlace(work, join(root, key))) return undefined;
    tidy(bounds, { bytes: 0, entries: 0 }); // beside the opening of the model; never rejects
    return shared(key, () => removeMark(join(root, key), mark), sizeBytes, false);
  }

  /** The other's files are as good, unless they are damaged and in use: then we keep ours for ourselves. */
  async function yieldTo(key: string, version: ModelVersion, work: string, sizeBytes: number) {
    const found = await reuse(key, version);
    if (found === undefined) return unshared(work, sizeBytes);
    await removeFolder(work);
    return found;
  }

  function shared(
    key: string,
    unmark: Unmark,
    sizeBytes: number,
    wasOnDisk: boolean,
  ): CachedDirectory {
    const path = join(root, key, MODEL_FOLDER);
    return { path, sizeBytes, wasOnDisk, release: once(async () => unmark()) };
  }

  function unshared(work: string, sizeBytes: number): CachedDirectory {
    const release = once(() => removeFolder(work));
    return { path: join(work, MODEL_FOLDER), sizeBytes, wasOnDisk: false, release };
  }

  return { open };
}

/** Whoever removes the entry, or steps back from it, is done soon. */
async function markPatiently(folder: string): Promise<Unmark | undefined> {
  for (let waitMs = 1; waitMs <= 16; waitMs *= 2) {
    const unmark = markInUse(folder);
    if (unmark !== undefined || !existsSync(folder)) return unmark;
    await sleep(waitMs);
  }
  return undefined;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new ServingError(
      'INTERNAL_ERROR',
      'the model cache cannot be written; set MLFLOW_SERVERLESS_CACHE_DIR to a writable directory',
      { cause: error },
    );
  }
}

/** False when the place is taken. */
function moveIntoPlace(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (/^(EEXIST|ENOTEMPTY)$/.test(codeOf(error))) return false;
    throw error;
  }
}

const removeFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {}); // swept later

function once(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= run());
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(ENOSPC|EDQUOT)$/.test(codeOf(error)) ||
    (error.cause !== undefined && isDiskFull(error.cause)));
