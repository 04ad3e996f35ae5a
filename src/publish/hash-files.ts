import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { createLimiter } from '../artifacts/limiter.ts';

/** One file of a version, as its manifest lists it. */
export interface HashedFile {
  /** Relative to the model directory, `/` between parts. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Hashing runs in Node's thread pool of four. */
const PARALLEL = 4;
const CHUNK_BYTES = 2 ** 20;

/**
 * Every file below a directory with size and SHA-256, in the order of their paths' bytes.
 *
 * @throws the signal's reason
 */
export async function hashFiles(directory: string, signal?: AbortSignal): Promise<HashedFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const limit = createLimiter(PARALLEL);
  const hashed = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) =>
        limit(() => hashFile(directory, join(parentPath, name), signal)),
      ),
  );
  return hashed.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

async function hashFile(
  directory: string,
  path: string,
  signal: AbortSignal | undefined,
): Promise<HashedFile> {
  signal?.throwIfAborted();
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    signal?.throwIfAborted();
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  const below = relative(directory, path).split(sep).join('/');
  return { path: below, sizeBytes, sha256: hash.digest('hex') };
}

export const totalBytes = (files: readonly HashedFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
