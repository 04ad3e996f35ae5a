import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServingError } from '../errors.ts';
import type { ArtifactFile, ModelVersion } from '../registry/model-registry.ts';
import type { CachedDirectory } from './disk-cache.ts';
import { findWrongSize, listFiles, sumBytes } from './disk-entry.ts';

/**
 * Use a folder of this machine where it lies; nothing is copied, and releasing it does nothing.
 *
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when it is no folder,
 *   TEMPORARILY_UNAVAILABLE when a file is not what the version's manifest promises
 */
export async function openInPlace(path: string, version: ModelVersion): Promise<CachedDirectory> {
  const found = await stat(path).catch(() => undefined); // whatever is wrong, it cannot be served
  if (!found?.isDirectory()) {
    throw new ServingError('RESOURCE_DOES_NOT_EXIST', `there is no folder at ${version.source}`);
  }
  const listed = version.files;
  const damaged = listed && (findWrongSize(path, listed) ?? (await findWrongDigest(path, listed)));
  if (damaged !== undefined) {
    throw new ServingError(
      'TEMPORARILY_UNAVAILABLE',
      `${JSON.stringify(damaged.slice(0, 80))} of model "${version.name}" is not what its manifest promises; publish the version again`,
    );
  }
  const sizeBytes = sumBytes(listed ?? listFiles(path));
  return { path, sizeBytes, wasOnDisk: true, release: async () => {} };
}

/** The first file whose bytes are not those of the manifest. */
async function findWrongDigest(
  folder: string,
  files: readonly ArtifactFile[],
): Promise<string | undefined> {
  for (const { path, sha256 } of files) {
    if (sha256 === undefined) continue;
    const hash = createHash('sha256');
    // Not `pipeline`: the first one of a process took 24 ms here, most of it making its AbortError.
    for await (const chunk of createReadStream(join(folder, path), { highWaterMark: 2 ** 20 })) {
      hash.update(chunk);
    }
    if (hash.digest('hex') !== sha256) return path;
  }
  return undefined;
}
