import { createHash, randomUUID } from 'node:crypto';
import type { BlobContainer } from './blob-container.ts';
import { findBlobFailure } from './blob-error.ts';

export interface BlockWriter {
  /** Resolves when more may be written: a few blocks are in memory at most. The bytes are copied. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Make the object of the blocks, in one step.
   *
   * @returns `conflict` with `ifAbsent` when there is an object already
   */
  commit(options?: CommitOptions): Promise<'written' | 'conflict'>;
  /** Wait for what is under way. Blocks without a list are nothing, and are removed by the service after a week. Never rejects. */
  stop(): Promise<void>;
}

export interface CommitOptions {
  /** @default false - true fails when there is an object */
  readonly ifAbsent?: boolean;
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface BlockWriterOptions {
  readonly signal?: AbortSignal;
  /** Bytes that have arrived since the last call. */
  readonly onStaged?: (bytes: number) => void;
}

/** 50,000 of them are an object of 390 GB; bytes. @see https://learn.microsoft.com/en-us/rest/api/storageservices/put-block */
const BLOCK_BYTES = 8 * 2 ** 20;
const BLOCKS_AT_ONCE = 4;

/**
 * Write an object of any size in blocks.
 *
 * Each writer names its blocks after itself: two that write the same object do not mix their blocks, and the list that comes first
 * throws the other's away.
 *
 * @see https://learn.microsoft.com/en-us/rest/api/storageservices/put-block-list
 */
export function createBlockWriter(
  container: BlobContainer,
  key: string,
  { signal, onStaged }: BlockWriterOptions = {},
): BlockWriter {
  const client = container.client.getBlockBlobClient(container.root + key);
  const call = { key, access: 'write', isLong: true, ...(signal && { signal }) } as const;
  const writer = randomUUID();
  const ids: string[] = [];
  const underWay = new Set<Promise<void>>();
  let block = Buffer.allocUnsafe(BLOCK_BYTES);
  let used = 0;
  let failure: { readonly error: unknown } | undefined;

  async function stage(bytes: Buffer): Promise<void> {
    const id = Buffer.from(`${writer}-${String(ids.length).padStart(5, '0')}`).toString('base64');
    ids.push(id);
    const md5 = createHash('md5').update(bytes).digest();
    await container.attempt(call, (abortSignal) =>
      client.stageBlock(id, bytes, bytes.length, { abortSignal, transactionalContentMD5: md5 }),
    );
    onStaged?.(bytes.length);
  }

  async function flush(): Promise<void> {
    if (used === 0) return;
    const staging = stage(block.subarray(0, used)).catch((error: unknown) => {
      failure ??= { error };
    });
    const settled = staging.finally(() => underWay.delete(settled));
    underWay.add(settled);
    block = Buffer.allocUnsafe(BLOCK_BYTES);
    used = 0;
    while (underWay.size >= BLOCKS_AT_ONCE) await Promise.race(underWay);
  }

  function throwFailure(): void {
    if (failure !== undefined) throw failure.error;
  }

  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        throwFailure();
        const taken = Math.min(bytes.length - at, BLOCK_BYTES - used);
        block.set(bytes.subarray(at, at + taken), used);
        used += taken;
        at += taken;
        if (used === BLOCK_BYTES) await flush();
      }
    },

    async commit({ ifAbsent = false, contentType, metadata } = {}) {
      await flush();
      await Promise.all(underWay);
      throwFailure();
      return container.attempt({ ...call, isLong: false }, async (abortSignal) => {
        try {
          await client.commitBlockList(ids, {
            abortSignal,
            ...(ifAbsent && { conditions: { ifNoneMatch: '*' } }),
            ...(contentType && { blobHTTPHeaders: { blobContentType: contentType } }),
            ...(metadata && { metadata: { ...metadata } }),
          });
          return 'written';
        } catch (error) {
          if (await isTaken(error, ifAbsent, abortSignal)) return 'conflict';
          throw error;
        }
      });
    },

    async stop() {
      failure ??= { error: new Error('the writer was stopped') };
      await Promise.all(underWay);
    },
  };

  /** The list of another writer threw our blocks away: then there is an object. */
  async function isTaken(error: unknown, ifAbsent: boolean, abortSignal: AbortSignal) {
    const code = findBlobFailure(error)?.code;
    if (!ifAbsent) return false;
    if (code === 'BlobAlreadyExists' || code === 'ConditionNotMet') return true;
    return code === 'InvalidBlockList' && (await client.exists({ abortSignal }));
  }
}
