import type { Readable } from 'node:stream';
import type { BlobContainer } from './blob-container.ts';
import { blobBrokeOff, findBlobFailure, isMissingBlob } from './blob-error.ts';
import { collectBody } from './read-body.ts';

export interface ReadBlobOptions {
  readonly signal?: AbortSignal;
  /** The tag of what is known already. */
  readonly seen?: string;
  /** @default 128 MiB - largest object that is read into memory; bytes */
  readonly maxBytes?: number;
}

const IDLE_TIMEOUT_MS = 30_000;
const MAX_BYTES = 128 * 2 ** 20;

/**
 * A small object whole; `undefined` when there is none, `unchanged` when it still has the tag that was seen.
 *
 * @throws {ServingError} as `BlobContainer.attempt`
 */
export function readBlob(
  container: BlobContainer,
  key: string,
  { signal, seen, maxBytes = MAX_BYTES }: ReadBlobOptions = {},
): Promise<{ bytes: Buffer; etag: string } | 'unchanged' | undefined> {
  const place = container.uriOf(key);
  const client = container.client.getBlobClient(container.root + key);
  const call = { key, access: 'read', ...(signal && { signal }) } as const;
  return container.attempt(call, async (abortSignal) => {
    try {
      const conditions = seen === undefined ? {} : { ifNoneMatch: seen };
      const answer = await client.download(0, undefined, { abortSignal, conditions });
      const body = answer.readableStreamBody as Readable;
      const options = { place, signal: abortSignal, idleTimeoutMs: IDLE_TIMEOUT_MS };
      const bytes = await collectBody(body, maxBytes, options);
      if (bytes.length !== (answer.contentLength ?? bytes.length)) throw blobBrokeOff(place);
      return { bytes, etag: answer.etag ?? '' };
    } catch (error) {
      if (findBlobFailure(error)?.status === 304) return 'unchanged';
      if (isMissingBlob(error)) return undefined;
      throw error;
    }
  });
}
