import { findLocalPath } from '../artifacts/local-path.ts';
import { ServingError } from '../errors.ts';
import { isBlobUri } from '../registry/blob-location.ts';
import type { ObjectStore } from './object-store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The store that a root URI names: `s3://<bucket>/<prefix>`, Azure Blob Storage (`wasbs:`, `abfss:`, `https:`), a folder or `file:`. Nothing is asked of it yet.
 *
 * Each kind is loaded when it is named: AWS's SDK takes longer to load than most commands to run.
 *
 * @param environment see `readS3Settings` and `openBlobContainer` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a URI or a variable that cannot be understood,
 *   NOT_IMPLEMENTED for a storage that cannot be written to
 */
export async function openObjectStore(uri: string, environment: Environment): Promise<ObjectStore> {
  const trimmed = uri.trim();
  if (trimmed === '')
    throw new ServingError('INVALID_PARAMETER_VALUE', `no place is named; ${USE}`);
  if (/^s3:/i.test(trimmed)) {
    const { createS3ObjectStore } = await import('./s3-object-store.ts');
    return createS3ObjectStore(trimmed, environment);
  }
  if (isBlobUri(trimmed, environment)) {
    const { createBlobObjectStore } = await import('./blob-object-store.ts');
    return createBlobObjectStore(trimmed, environment);
  }
  const path = findLocalPath(trimmed);
  if (path !== undefined) {
    const { createFolderObjectStore } = await import('./folder-object-store.ts');
    return createFolderObjectStore(trimmed, path);
  }
  const scheme = trimmed.slice(0, trimmed.indexOf(':')).slice(0, 40);
  throw new ServingError(
    'NOT_IMPLEMENTED',
    `nothing can be published to ${scheme}: places; ${USE}`,
  );
}

const USE =
  'use s3://<bucket>/<prefix>, wasbs://<container>@<account>.blob.core.windows.net/<prefix> or a folder';
