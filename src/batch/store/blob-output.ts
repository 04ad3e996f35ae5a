import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type BlobContainer, openBlobContainer } from '../../artifacts/blob-container.ts';
import { blobBrokeOff, isMissingBlob } from '../../artifacts/blob-error.ts';
import { createBlobWriter } from '../../artifacts/blob-writer.ts';
import { readBody } from '../../artifacts/read-body.ts';
import { createBlobObjectStore } from '../../publish/blob-object-store.ts';
import { checkObjectKey } from '../../publish/object-key.ts';
import type { BatchOutput, ObjectMeasure } from '../batch-output.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface BlobOutputOptions {
  /** Stops writing. */
  readonly signal?: AbortSignal;
}

const IDLE_TIMEOUT_MS = 30_000;

/**
 * A folder of a container of Azure Blob Storage.
 *
 * @param environment see `openBlobContainer` for the variables
 * @throws {ServingError} INVALID_PARAMETER_VALUE when `uri` names no place in Blob Storage
 */
export async function createBlobOutput(
  uri: string,
  environment: Environment,
  { signal }: BlobOutputOptions = {},
): Promise<BatchOutput> {
  const container = await openBlobContainer(uri, environment);
  const store = await createBlobObjectStore(uri, environment, { container });
  return {
    uri: store.uri,
    async create(key, contentType) {
      checkObjectKey(key);
      const writer = createBlobWriter(container, key, signal ? { signal } : {});
      return {
        write: writer.write,
        complete: () => writer.complete({ ifAbsent: true, contentType }),
        abort: writer.stop,
      };
    },
    read: (key) => store.read(key),
    write: (key, bytes, condition) => store.write(key, bytes, condition),
    measure: (key) => measure(container, key),
    delete: (key) => store.delete([key]),
    // Blocks without a list cannot be removed by anybody, and are by the service after a week.
    removeUnfinished: async () => {},
  };
}

function measure(container: BlobContainer, key: string): Promise<ObjectMeasure | undefined> {
  const place = container.uriOf(key);
  const blob = container.client.getBlobClient(container.root + key);
  return container.attempt({ key, access: 'read', isLong: true }, async (signal) => {
    const answer = await blob.download(0, undefined, { abortSignal: signal }).catch(noneIfMissing);
    if (answer === undefined) return undefined;
    const hash = createHash('sha256');
    const add = (bytes: Uint8Array) => void hash.update(bytes);
    const options = { place, signal, idleTimeoutMs: IDLE_TIMEOUT_MS };
    const sizeBytes = await readBody(answer.readableStreamBody as Readable, add, options);
    if (sizeBytes !== (answer.contentLength ?? sizeBytes)) throw blobBrokeOff(place);
    return { sizeBytes, sha256: hash.digest('hex') };
  });
}

function noneIfMissing(error: unknown): undefined {
  if (isMissingBlob(error)) return undefined;
  throw error;
}
