import type { FileHandle } from 'node:fs/promises';

/** One write for so many bytes: Node hands out bodies in 64 KiB pieces, and each write costs a thread switch. */
const FLUSH_BYTES = 2 ** 20;

export interface FileWriter {
  /** Keep a chunk; resolves when it is taken, not when it is on disk. Not to be called again before. */
  write(chunk: Buffer): void | Promise<void>;
  flush(): Promise<void>;
}

/** Writes from byte `start` of an open file on; several writers may share the file. */
export function createFileWriter(handle: FileHandle, start: number): FileWriter {
  let position = start;
  let pending: Buffer[] = [];
  let pendingBytes = 0;

  async function flush(): Promise<void> {
    let chunks = pending;
    let left = pendingBytes;
    pending = [];
    pendingBytes = 0;
    while (left > 0) {
      const { bytesWritten } = await handle.writev(chunks, position);
      position += bytesWritten;
      left -= bytesWritten;
      if (left > 0) chunks = [Buffer.concat(chunks).subarray(bytesWritten)];
    }
  }

  return {
    flush,
    write(chunk) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      return pendingBytes >= FLUSH_BYTES ? flush() : undefined;
    },
  };
}
