import { createHash, randomUUID } from 'node:crypto';
import type { BlobContainer } from './blob-container.ts';
import { findBlobFailure } from './blob-error.ts';
import { createPartQueue } from './part-queue.ts';

/** An object that is being written; used by one writer at a time. */
export interface BlobWriter {
  /** Resolves when more may be written: a few blocks are in memory at most. The bytes must not be changed afterwards. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Make the object, in one step.
   *
   * An answer that was lost may make it find its own object, and say `conflict`.
   *
   * @returns `conflict` with `ifAbsent` when there is an object already
   */
  complete(options?: CompleteOptions): Promise<'written' | 'conflict'>;
  /** Wait for what is under way. Blocks without a list are nothing, and the service removes them after a week. Never rejects. */
  stop(): Promise<void>;
}

export interface CompleteOptions {
  /** @default false - true leaves an object that is there alone */
  readonly ifAbsent?: boolean;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface BlobWriterOptions {
  readonly signal?: AbortSignal;
  /** Bytes that have arrived since the last call. */
  readonly onSent?: (bytes: number) => void;
}

/**
 * Write an object of any size in blocks, each with its digest; one that stays small goes in a single request.
 *
 * Each writer names its blocks after itself: two that write the same object do not mix their blocks, and the list that comes first
 * throws the other's away.
 *
 * @see https://learn.microsoft.com/en-us/rest/api/storageservices/put-block-list
 */
export function createBlobWriter(
  container: BlobContainer,
  key: string,
  { signal, onSent }: BlobWriterOptions = {},
): BlobWriter {
  const client = container.client.getBlockBlobClient(container.root + key);
  const call = { key, access: 'write', isLong: true, ...(signal && { signal }) } as const;
  const writer = randomUUID();
  const ids: string[] = [];

  const queue = createPartQueue(async (number, bytes) => {
    const id = Buffer.from(`${writer}-${String(number).padStart(5, '0')}`).toString('base64');
    ids[number - 1] = id;
    const md5 = createHash('md5').update(bytes).digest();
    await container.attempt(call, (abortSignal) =>
      client.stageBlock(id, bytes, bytes.length, { abortSignal, transactionalContentMD5: md5 }),
    );
    onSent?.(bytes.length);
  });

  return {
    write: (bytes) => queue.add(bytes),

    async complete({ ifAbsent = false, contentType, metadata } = {}) {
      const whole = await queue.end();
      const md5 = whole && createHash('md5').update(whole).digest();
      const headers = {
        ...(contentType && { blobContentType: contentType }),
        ...(md5 && { blobContentMD5: md5 }),
      };
      return container.attempt(call, async (abortSignal) => {
        const options = {
          abortSignal,
          blobHTTPHeaders: headers,
          ...(ifAbsent && { conditions: { ifNoneMatch: '*' } }),
          ...(metadata && { metadata: { ...metadata } }),
        };
        try {
          if (whole === undefined) await client.commitBlockList(ids, options);
          else await client.upload(whole, whole.length, options);
          if (whole !== undefined) onSent?.(whole.length);
          return 'written';
        } catch (error) {
          if (ifAbsent && (await isTaken(error, abortSignal))) return 'conflict';
          throw error;
        }
      });
    },

    stop: () => queue.stop(),
  };

  /** When the list of another writer threw our blocks away, there is an object. */
  async function isTaken(error: unknown, abortSignal: AbortSignal): Promise<boolean> {
    const code = findBlobFailure(error)?.code;
    if (code === 'BlobAlreadyExists' || code === 'ConditionNotMet') return true;
    return code === 'InvalidBlockList' && client.exists({ abortSignal });
  }
}
