import { join } from 'node:path';
import { createLimiter } from '../artifacts/limiter.ts';
import type { HashedFile } from './hash-files.ts';
import type { ObjectStore, UploadOptions } from './object-store.ts';

/** Files at once; large ones go in parallel parts besides. */
const PARALLEL = 4;

export interface FilesToUpload {
  readonly target: ObjectStore;
  /** On this machine. */
  readonly folder: string;
  /** In the target. */
  readonly prefix: string;
  readonly files: readonly HashedFile[];
}

/** Upload in parallel; the first failure stops the others, and all have stopped when this returns. */
export async function uploadFiles(
  { target, folder, prefix, files }: FilesToUpload,
  { signal, onProgress }: UploadOptions,
): Promise<void> {
  const stop = new AbortController();
  const limit = createLimiter(PARALLEL);
  const options = {
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    ...(onProgress && { onProgress }),
  };
  const uploads = files.map(({ path, sizeBytes, sha256 }) =>
    limit(async () => {
      options.signal.throwIfAborted();
      const file = { path: join(folder, path), sizeBytes, sha256 };
      await target.upload(`${prefix}/${path}`, file, options);
    }).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(uploads);
  if (stop.signal.aborted) throw stop.signal.reason;
}
