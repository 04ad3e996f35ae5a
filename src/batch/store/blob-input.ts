import type { Readable } from 'node:stream';
import { type BlobContainer, openBlobContainer } from '../../artifacts/blob-container.ts';
import { blobBrokeOff, isMissingBlob } from '../../artifacts/blob-error.ts';
import { fillBytes } from '../../artifacts/fill-bytes.ts';
import { ServingError } from '../../errors.ts';
import type { BatchInput } from '../batch-input.ts';
import { createRangedInput, missingInput } from './ranged-input.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface BlobInputOptions {
  /** Stops every request. */
  readonly signal?: AbortSignal;
}

const IDLE_TIMEOUT_MS = 30_000;

/**
 * An object of Azure Blob Storage, read in ranges that all carry its ETag.
 *
 * @param environment see `openBlobContainer` for the variables
 * @throws {ServingError} as `BatchInput.stream`; INVALID_PARAMETER_VALUE for a URI or a variable that cannot be used
 */
export async function openBlobInput(
  uri: string,
  environment: Environment,
  { signal }: BlobInputOptions = {},
): Promise<BatchInput> {
  const container = await containerOf(uri, environment);
  const { key } = container.location;
  const blob = container.client.getBlobClient(key);
  const call = { key: '', access: 'read', ...(signal && { signal }) } as const;
  const place = container.uriOf('').replace(/\/$/, '');
  const found = await container.attempt(call, (abortSignal) =>
    blob.getProperties({ abortSignal }).catch((error: unknown) => {
      throw isMissingBlob(error) ? missingInput(place) : error;
    }),
  );
  const { etag: tag, contentLength: sizeBytes = 0 } = found;
  if (!tag) throw new ServingError('NOT_IMPLEMENTED', `${place} has no ETag`);
  return createRangedInput({
    uri: place,
    key,
    sizeBytes,
    etag: tag.replaceAll('"', ''),
    readRange: ({ start, end }) =>
      container.attempt(call, async (abortSignal) => {
        const conditions = { ifMatch: tag };
        const answer = await blob.download(start, end - start, { abortSignal, conditions });
        return fillBytes(answer.readableStreamBody as Readable, end - start, {
          place,
          signal: abortSignal,
          idleTimeoutMs: IDLE_TIMEOUT_MS,
          brokeOff: () => blobBrokeOff(place),
        });
      }),
  });
}

async function containerOf(uri: string, environment: Environment): Promise<BlobContainer> {
  const container = await openBlobContainer(uri, environment);
  if (container.location.key !== '') return container;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${container.uriOf('')} is a container; name a file in it, or put a slash at its end for all of them`,
  );
}
