import type { BlobContainer } from './blob-container.ts';

/** As a listing tells it; `publish/object-store` has the same shape. */
export interface ListedBlob {
  /** Relative to the root. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Without quotes. */
  readonly etag: string;
}

export interface ListBlobsOptions {
  readonly signal?: AbortSignal;
  /** Stop soon after so many. @default all of them */
  readonly maxBlobs?: number;
}

/**
 * Every object below a folder, however deep; what stands for a folder in a Data Lake account is left out.
 *
 * @throws {ServingError} as `BlobContainer.attempt`
 */
export async function listBlobs(
  container: BlobContainer,
  folder: string,
  { signal, maxBlobs = Number.POSITIVE_INFINITY }: ListBlobsOptions = {},
): Promise<ListedBlob[]> {
  const { client, root, attempt } = container;
  const call = { key: folder, access: 'read', ...(signal && { signal }) } as const;
  const blobs: ListedBlob[] = [];
  let continuationToken: string | undefined;
  do {
    const page = await attempt(call, async (abortSignal) => {
      const options = { prefix: prefixOf(root, folder), includeMetadata: true, abortSignal };
      const pages = client
        .listBlobsFlat(options)
        .byPage(continuationToken ? { continuationToken } : {});
      return (await pages.next()).value;
    });
    for (const { name, properties, metadata } of page?.segment.blobItems ?? []) {
      if (name.endsWith('/') || metadata?.['hdi_isfolder'] === 'true') continue;
      blobs.push({
        key: name.slice(root.length),
        sizeBytes: properties.contentLength ?? 0,
        modifiedAtMs: properties.lastModified.getTime(),
        etag: properties.etag.replaceAll('"', ''),
      });
    }
    continuationToken = page?.continuationToken || undefined;
  } while (continuationToken !== undefined && blobs.length <= maxBlobs);
  return blobs;
}

/**
 * The names directly below a folder, objects and folders alike; a folder's comes without a slash.
 *
 * @throws {ServingError} as `BlobContainer.attempt`
 */
export async function listBlobNames(
  container: BlobContainer,
  folder: string,
  { signal }: Pick<ListBlobsOptions, 'signal'> = {},
): Promise<string[]> {
  const { client, root, attempt } = container;
  const prefix = prefixOf(root, folder);
  const call = { key: folder, access: 'read', ...(signal && { signal }) } as const;
  const names = new Set<string>();
  let continuationToken: string | undefined;
  do {
    const page = await attempt(call, async (abortSignal) => {
      const pages = client
        .listBlobsByHierarchy('/', { prefix, abortSignal })
        .byPage(continuationToken ? { continuationToken } : {});
      return (await pages.next()).value;
    });
    for (const { name } of page?.segment.blobItems ?? []) names.add(name.slice(prefix.length));
    for (const { name } of page?.segment.blobPrefixes ?? [])
      names.add(name.slice(prefix.length, -1));
    continuationToken = page?.continuationToken || undefined;
  } while (continuationToken !== undefined);
  names.delete(''); // the marker of the folder itself
  return [...names];
}

const prefixOf = (root: string, folder: string): string =>
  folder === '' ? root : `${root}${folder}/`;
