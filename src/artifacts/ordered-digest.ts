import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { ByteRange } from './remote-directory.ts';

const READ_BYTES = 2 ** 20;

export interface OrderedDigest {
  /** Range `index` is on disk now; hashes it, and those behind it that wait, once all before it are there. */
  markWritten(index: number): Promise<void>;
  /** SHA-256 of the whole file in lower-case hex, when every range is written. */
  hex(): string;
}

/**
 * SHA-256 of a file whose ranges are written in any order.
 *
 * Hashing goes on while later ranges are still on their way: reading back what was just written comes
 * from memory, so that little is left to do when the last byte is here.
 */
export function createOrderedDigest(
  opening: Promise<FileHandle>,
  ranges: readonly ByteRange[],
): OrderedDigest {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  const written = new Set<number>();
  let next = 0;
  let work = Promise.resolve();

  async function hashRange({ start, end }: ByteRange): Promise<void> {
    const handle = await opening;
    for (let position = start; position < end; ) {
      const length = Math.min(READ_BYTES, end - position);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      if (bytesRead === 0) throw new Error('a written range cannot be read back');
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  async function advance(): Promise<void> {
    for (let range = ranges[next]; range && written.has(next); range = ranges[next]) {
      next += 1;
      await hashRange(range);
    }
  }

  return {
    markWritten(index) {
      written.add(index);
      work = work.then(advance);
      return work;
    },
    hex: () => hash.digest('hex'),
  };
}
