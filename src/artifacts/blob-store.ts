import type { Readable } from 'node:stream';
import type { ArtifactStore } from './artifact-store.ts';
import type { BlobContainer } from './blob-container.ts';
import { translateBlobError } from './blob-error.ts';
import { type DownloadPolicy, downloadDirectory } from './download-directory.ts';
import { listBlobs } from './list-blobs.ts';
import type { RemoteDirectory } from './remote-directory.ts';

/**
 * Model directories in Azure Blob Storage.
 *
 * @param open the container that a URI names
 */
export function createBlobStore(
  open: (uri: string) => Promise<BlobContainer>,
  policy: DownloadPolicy = {},
): ArtifactStore {
  return {
    async download(uri, directory, options = {}) {
      const source = createBlobDirectory(await open(uri), uri);
      await downloadDirectory(source, directory, options, policy);
    },
  };
}

function createBlobDirectory(container: BlobContainer, uri: string): RemoteDirectory {
  const { client, root, uriOf } = container;
  return {
    uri,
    hasRanges: true,
    async list({ maxFiles, signal }) {
      const blobs = await listBlobs(container, '', { signal, maxBlobs: maxFiles });
      return blobs.map(({ key, sizeBytes }) => ({ path: key, sizeBytes }));
    },
    async open({ path }, { range, etag, signal, onSent }) {
      const blob = client.getBlobClient(root + path);
      const count = range && range.end - range.start;
      try {
        const asked = blob.download(range?.start ?? 0, count, {
          ...(signal && { abortSignal: signal }),
          ...(etag !== undefined && { conditions: { ifMatch: etag } }),
        });
        onSent?.();
        const answer = await asked;
        const { contentLength, contentRange, etag: tag } = answer;
        const fileBytes = Number(/\/(\d+)$/.exec(contentRange ?? '')?.[1] ?? contentLength);
        return {
          body: answer.readableStreamBody as Readable,
          isRange: range !== undefined && contentRange !== undefined,
          fileBytes,
          ...(contentLength !== undefined && { bodyBytes: contentLength }),
          ...(tag !== undefined && { etag: tag }),
        };
      } catch (error) {
        signal?.throwIfAborted();
        throw translateBlobError(error, { place: uriOf(path), access: 'read' });
      }
    },
  };
}
