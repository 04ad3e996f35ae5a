import { isBlobUri } from '../../registry/blob-location.ts';
import type { RunStores } from '../distribute/run-stores.ts';
import { openBatchInput } from './open-batch-input.ts';
import { openBatchOutput } from './open-batch-output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Buckets of S3 and containers of Azure Blob Storage: what runs over more than one function read and write.
 *
 * @param environment see `readS3Settings` and `openBlobContainer`
 */
export function createObjectRunStores(
  environment: Environment,
  options: { readonly signal?: AbortSignal } = {},
): RunStores {
  return {
    openInput: ({ uri, versionId }) =>
      openBatchInput(uri, environment, { ...options, ...(versionId && { versionId }) }),
    openOutput: (uri) => openBatchOutput(uri, environment, options),
    async listInputs(uri) {
      if (isBlobUri(uri, environment)) {
        const { listBlobInputs } = await import('./list-blob-inputs.ts');
        return listBlobInputs(uri, environment, options);
      }
      const { listS3Inputs } = await import('./list-s3-inputs.ts');
      return listS3Inputs(uri, environment, options);
    },
  };
}
