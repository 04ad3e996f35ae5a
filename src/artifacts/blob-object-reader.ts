import type { ObjectReader, TaggedBytes } from '../registry/object-reader.ts';
import type { BlobContainer } from './blob-container.ts';
import { listBlobNames } from './list-blobs.ts';
import { readBlob } from './read-blob.ts';

/** Largest object that is read into memory; bytes. */
const MAX_BYTES = 32 * 2 ** 20;

/**
 * Objects below a folder of a container, for the published layout of a registry.
 *
 * @param container opened with a short time-out: a registry is asked while a request waits
 */
export function createBlobObjectReader(container: BlobContainer): ObjectReader {
  return {
    uriOf: (folder) => container.uriOf(folder).replace(/\/$/, ''),

    async read(key, options = {}) {
      const found = await readBlob(container, key, { ...options, maxBytes: MAX_BYTES });
      return found === 'unchanged' ? undefined : found?.bytes;
    },

    async readTagged(key, seen, options = {}): Promise<TaggedBytes | 'unchanged' | undefined> {
      const asked = { ...options, maxBytes: MAX_BYTES, ...(seen !== undefined && { seen }) };
      const found = await readBlob(container, key, asked);
      if (found === undefined || found === 'unchanged') return found;
      return { bytes: found.bytes, ...(found.etag !== '' && { tag: found.etag }) };
    },

    list: (folder, options = {}) => listBlobNames(container, folder, options),
  };
}
