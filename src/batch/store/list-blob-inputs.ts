import { openBlobContainer } from '../../artifacts/blob-container.ts';
import { listBlobs } from '../../artifacts/list-blobs.ts';
import type { CallOptions } from '../../publish/object-store.ts';
import type { PlannedInput } from '../distribute/planned-run.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Every object below a folder of a container of Azure Blob Storage.
 *
 * @param environment see `openBlobContainer` for the variables
 * @throws {ServingError} as `BatchInput.stream`
 */
export async function listBlobInputs(
  uri: string,
  environment: Environment,
  options: CallOptions = {},
): Promise<PlannedInput[]> {
  const container = await openBlobContainer(uri, environment);
  const blobs = await listBlobs(container, '', options);
  return blobs.map(({ key, etag, sizeBytes }) => ({
    uri: container.uriOf(key),
    key: container.root + key,
    etag,
    sizeBytes,
  }));
}
