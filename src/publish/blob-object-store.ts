import {
  type BlobContainer,
  type BlobContainerOptions,
  openBlobContainer,
} from '../artifacts/blob-container.ts';
import { findBlobFailure } from '../artifacts/blob-error.ts';
import { createLimiter } from '../artifacts/limiter.ts';
import { listBlobNames, listBlobs } from '../artifacts/list-blobs.ts';
import { readBlob } from '../artifacts/read-blob.ts';
import { uploadToBlob } from './blob-upload.ts';
import { checkObjectKey } from './object-key.ts';
import type { ObjectStore, WriteCondition } from './object-store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const DELETED_AT_ONCE = 8;

/**
 * Objects below a folder of a container of Azure Blob Storage.
 *
 * @param environment see `openBlobContainer` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` names no place in Blob Storage
 * @see https://learn.microsoft.com/en-us/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
 */
export async function createBlobObjectStore(
  uri: string,
  environment: Environment,
  options: BlobContainerOptions & { readonly container?: BlobContainer } = {},
): Promise<ObjectStore> {
  const container = options.container ?? (await openBlobContainer(uri, environment, options));
  const { client, root, attempt } = container;

  return {
    uri: container.uriOf('').replace(/\/+$/, ''),

    async read(key, options) {
      checkObjectKey(key);
      const found = await readBlob(container, key, options);
      return found === 'unchanged' ? undefined : found;
    },

    list: (folder, options) => listBlobs(container, folder, options),
    listNames: (folder, options) => listBlobNames(container, folder, options),

    async write(key, bytes, condition, options) {
      checkObjectKey(key);
      const blob = client.getBlockBlobClient(root + key);
      return attempt({ key, access: 'write', ...options }, async (abortSignal) => {
        try {
          await blob.upload(bytes, bytes.length, {
            abortSignal,
            conditions: conditionsOf(condition),
            ...(key.endsWith('.json') && {
              blobHTTPHeaders: { blobContentType: 'application/json' },
            }),
          });
          return 'written';
        } catch (error) {
          if (isConflict(error, condition)) return 'conflict';
          throw error;
        }
      });
    },

    async upload(key, file, options = {}) {
      checkObjectKey(key);
      await uploadToBlob(container, key, file, options);
    },

    async delete(keys, options) {
      for (const key of keys) checkObjectKey(key);
      const limited = createLimiter(DELETED_AT_ONCE);
      const remove = async (key: string): Promise<void> => {
        const blob = client.getBlobClient(root + key);
        await attempt({ key, access: 'write', ...options }, (abortSignal) =>
          blob.deleteIfExists({ abortSignal }),
        );
      };
      await Promise.all(keys.map((key) => limited(() => remove(key))));
    },
  };
}

const conditionsOf = (condition: WriteCondition) =>
  'ifAbsent' in condition ? { ifNoneMatch: '*' } : { ifMatch: condition.ifMatch };

/** One that is gone does not match either. */
function isConflict(error: unknown, condition: WriteCondition): boolean {
  const code = findBlobFailure(error)?.code;
  if (code === 'BlobAlreadyExists' || code === 'ConditionNotMet') return true;
  return 'ifMatch' in condition && code === 'BlobNotFound';
}
