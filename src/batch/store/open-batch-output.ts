import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { findLocalPath } from '../../artifacts/local-path.ts';
import { ServingError } from '../../errors.ts';
import { isBlobUri } from '../../registry/blob-location.ts';
import type { BatchOutput } from '../batch-output.ts';
import { createLocalOutput } from './local-output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The place that a URI names for results: `s3://<bucket>/<prefix>`, a folder of a container of Azure Blob Storage, of this machine or `file:`. Nothing is written yet.
 *
 * @param environment see `readS3Settings` and `openBlobContainer` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a URI or a variable that cannot be understood, NOT_IMPLEMENTED for
 *   another kind of storage
 */
export async function openBatchOutput(
  uri: string,
  environment: Environment,
  options: { readonly signal?: AbortSignal } = {},
): Promise<BatchOutput> {
  if (/^s3:/i.test(uri)) {
    const { createS3Output } = await import('./s3-output.ts');
    return createS3Output(uri, environment, options);
  }
  if (isBlobUri(uri, environment)) {
    const { createBlobOutput } = await import('./blob-output.ts');
    return createBlobOutput(uri, environment, options);
  }
  const path = uri === '' ? undefined : findLocalPath(uri);
  if (path !== undefined) return createLocalOutput(await withoutLinks(path));
  throw new ServingError(
    'NOT_IMPLEMENTED',
    'results cannot be written there; use s3://<bucket>/<prefix>, wasbs://<container>@<account>.blob.core.windows.net/<prefix> or a folder',
  );
}

/** As inputs are named, so that both can be compared; of a folder that is not there yet, what is there of it. */
async function withoutLinks(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined); // made when something is written
  if (found !== undefined || dirname(path) === path) return found ?? path;
  return join(await withoutLinks(dirname(path)), basename(path));
}
