import { findLocalPath } from '../../artifacts/local-path.ts';
import { ServingError } from '../../errors.ts';
import { isBlobUri } from '../../registry/blob-location.ts';
import type { BatchInput } from '../batch-input.ts';
import { openLocalInput } from './local-input.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface OpenBatchInputOptions {
  /** Stops every request. */
  readonly signal?: AbortSignal;
  /** Of a bucket that keeps versions. @default the newest one now */
  readonly versionId?: string;
}

/**
 * The object or file that a URI names: `s3://<bucket>/<key>`, a place in Azure Blob Storage, a path or `file:`.
 *
 * @param environment see `readS3Settings` and `openBlobContainer` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a URI or a variable that cannot be understood, NOT_IMPLEMENTED for
 *   another kind of storage; RESOURCE_DOES_NOT_EXIST, UNAUTHENTICATED, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE
 */
export async function openBatchInput(
  uri: string,
  environment: Environment,
  { signal, versionId }: OpenBatchInputOptions = {},
): Promise<BatchInput> {
  const options = signal ? { signal } : {};
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/is.exec(uri) ?? [];
  if (bucket !== undefined && key !== undefined) {
    const { openS3Input } = await import('./s3-input.ts');
    return openS3Input({ bucket, key, ...(versionId && { versionId }) }, environment, options);
  }
  if (isBlobUri(uri, environment)) {
    const { openBlobInput } = await import('./blob-input.ts');
    return openBlobInput(uri, environment, options);
  }
  const path = uri === '' || /^s3:/i.test(uri) ? undefined : findLocalPath(uri);
  if (path !== undefined) return openLocalInput(path);
  throw new ServingError(
    /^s3:/i.test(uri) || uri === '' ? 'INVALID_PARAMETER_VALUE' : 'NOT_IMPLEMENTED',
    `no file of rows is named by ${JSON.stringify(uri.slice(0, 80))}; use s3://<bucket>/<key>, wasbs://<container>@<account>.blob.core.windows.net/<key> or a path`,
  );
}
