import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { DownloadOptions } from './artifact-store.ts';
import { createDepartures } from './departures.ts';
import { fetchFile } from './fetch-file.ts';
import { checkFileList, DEFAULT_LIMITS, type DownloadLimits, listFolders } from './file-list.ts';
import { createLimiter } from './limiter.ts';
import type { ReceiveContext } from './receive.ts';
import type { RemoteDirectory, RemoteFile } from './remote-directory.ts';
import { FILE_ATTEMPTS, withRetries } from './retry.ts';
import { createTemporaryDirectory } from './temporary-directory.ts';

export interface DownloadPolicy {
  /** @default 10 GiB and 10,000 files */
  readonly limits?: Partial<DownloadLimits>;
  /** @default 8 - requests at once, parts of large files among them */
  readonly parallel?: number;
  /** @default 600,000 ms - for the whole directory with all retries */
  readonly timeoutMs?: number;
  /** @default 15,000 ms - a body that stands still this long is given up and asked for again */
  readonly idleTimeoutMs?: number;
  /** @default 100 ms - before the second attempt of a file or a part; grows from there */
  readonly firstPauseMs?: number;
  /** @default 5 - attempts in all for a file, a part or a listing while the store fails */
  readonly attempts?: number;
  /** @default 8 MiB - of the parallel parts in which large files come where the store has ranges */
  readonly partBytes?: number;
  /** @default just above two parts - smaller files come in one piece */
  readonly leastPartedBytes?: number;
}

const DEFAULT_TIMEOUT_MS = 600_000;
const DEFAULT_IDLE_TIMEOUT_MS = 15_000;
const DEFAULT_FIRST_PAUSE_MS = 100;
const DEFAULT_PARALLEL = 8;
const DEFAULT_PART_BYTES = 8 * 2 ** 20;

/**
 * Bring everything below `source` into `directory`, whatever the kind of storage.
 *
 * Everything is written to a directory beside it and renamed at the end, so that `directory` exists only
 * when it is complete: a process that is killed, a disk that fills up or a line that breaks leaves nothing a
 * model could be opened from. What a killed process left there is removed. A directory that is
 * there already, because another process was first, is taken as it is.
 *
 * @throws {ServingError} as `ArtifactStore.download`
 */
export async function downloadDirectory(
  source: RemoteDirectory,
  directory: string,
  options: DownloadOptions = {},
  policy: DownloadPolicy = {},
): Promise<void> {
  options.signal?.throwIfAborted();
  if (existsSync(directory)) return;
  const timeoutMs = policy.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(tookTooLong(source.uri, timeoutMs)), timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timer.signal]) : timer.signal;
  try {
    await downloadInto({ source, directory, options, policy, signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : translateDiskError(error, source.uri);
  } finally {
    clearTimeout(timeout);
  }
}

interface Download {
  readonly source: RemoteDirectory;
  readonly directory: string;
  readonly options: DownloadOptions;
  readonly policy: DownloadPolicy;
  readonly signal: AbortSignal;
}

/**
 * The few calls that set the directory up are synchronous: they take less than a millisecond together, and the first
 * request leaves before anything else gets a turn of the event loop.
 */
async function downloadInto(download: Download): Promise<void> {
  const { source, directory, options, policy, signal } = download;
  const limits = { ...DEFAULT_LIMITS, ...policy.limits };
  const { maxFiles } = limits;
  const { firstPauseMs = DEFAULT_FIRST_PAUSE_MS } = policy;
  const attempts = {
    ...FILE_ATTEMPTS,
    ...(policy.attempts && { transientAttempts: policy.attempts }),
  };
  const list = () => source.list({ maxFiles, signal });
  const files = options.files ?? (await withRetries(list, { ...attempts, firstPauseMs, signal }));
  checkFileList(files, source.uri, limits);
  const temporary = await createTemporaryDirectory(directory);
  try {
    for (const folder of listFolders(files)) mkdirSync(join(temporary.path, folder));
    await fetchAll(download, files, temporary.path, limits);
    signal.throwIfAborted();
    await temporary.moveIntoPlace();
  } finally {
    await temporary.remove();
  }
}

/** Fetch in parallel; the first failure stops the others, and all have stopped when this returns. */
async function fetchAll(
  { source, options, policy, signal }: Download,
  files: readonly RemoteFile[],
  root: string,
  limits: DownloadLimits,
): Promise<void> {
  const stop = new AbortController();
  const parallel = policy.parallel ?? DEFAULT_PARALLEL;
  const partBytes = policy.partBytes ?? DEFAULT_PART_BYTES;
  const context: ReceiveContext = {
    source,
    limits,
    unannounced: { bytes: 0 },
    limitRequests: createLimiter(parallel),
    partBytes,
    leastPartedBytes: policy.leastPartedBytes ?? 2 * partBytes + 1,
    transientAttempts: policy.attempts ?? FILE_ATTEMPTS.transientAttempts,
    idleTimeoutMs: policy.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    firstPauseMs: policy.firstPauseMs ?? DEFAULT_FIRST_PAUSE_MS,
    signal: AbortSignal.any([signal, stop.signal]),
    departures: createDepartures(options.onRequested),
    countBytes: byteCounter(files, options.onProgress),
  };
  const limitFiles = createLimiter(parallel);
  let failure: { readonly error: unknown } | undefined;
  await Promise.all(
    files.map((file) =>
      limitFiles(async () => {
        if (failure) return;
        await fetchFile(file, join(root, file.path), context).catch((error: unknown) => {
          failure ??= { error };
          stop.abort(error);
        });
      }),
    ),
  );
  if (failure) throw failure.error;
}

function byteCounter(
  files: readonly RemoteFile[],
  onProgress: DownloadOptions['onProgress'],
): (bytes: number) => void {
  if (onProgress === undefined) return () => {};
  const isKnown = files.every(({ sizeBytes }) => sizeBytes !== undefined);
  const totalBytes = files.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  let bytes = 0;
  return (more) => {
    bytes += more;
    onProgress({ bytes, totalBytes: isKnown ? totalBytes : undefined });
  };
}

const tookTooLong = (uri: string, timeoutMs: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `the download of ${uri} took longer than ${timeoutMs / 1000} s`,
  );

/** A full disk is the one local failure that a caller can do something about. */
function translateDiskError(error: unknown, uri: string): unknown {
  const isFull =
    error instanceof Error && 'code' in error && /^(ENOSPC|EDQUOT)$/.test(String(error.code));
  if (!isFull) return error;
  return new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `no space left on the disk for ${uri}; give the function more ephemeral storage, or the cache another directory`,
    { cause: error },
  );
}
