import { type FileHandle, open, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { ServingError } from '../../errors.ts';
import { isAbsent, translateFileError } from '../../publish/file-error.ts';
import type { BatchInput, ByteRange } from '../batch-input.ts';

/** Bytes that are read at once. */
const READ_BYTES = 2 ** 20;

/**
 * A file of this machine.
 *
 * @param path absolute
 * @param key as `BatchInput.key`; @default the file's name
 * @throws {ServingError} RESOURCE_DOES_NOT_EXIST, PERMISSION_DENIED; INVALID_PARAMETER_VALUE when it is no file
 */
export async function openLocalInput(path: string, key = basename(path)): Promise<BatchInput> {
  const uri = await realpath(path).catch((error: unknown) => {
    throw translate(error, path);
  });
  const { sizeBytes, etag } = await withFile(uri, identify);

  async function* stream({ start, end }: ByteRange = { start: 0, end: sizeBytes }) {
    const handle = await openFile(uri);
    try {
      await check(handle);
      for (let at = start; at < end; ) {
        const bytes = await readSome(handle, at, Math.min(READ_BYTES, end - at));
        at += bytes.length;
        yield bytes;
      }
      await check(handle);
    } finally {
      await handle.close();
    }
  }

  async function readSome(handle: FileHandle, position: number, length: number) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafe(length),
      0,
      length,
      position,
    );
    if (bytesRead === 0) throw replaced(uri);
    return buffer.subarray(0, bytesRead);
  }

  async function check(handle: FileHandle): Promise<void> {
    if ((await identify(handle)).etag !== etag) throw replaced(uri);
  }

  return {
    uri,
    key,
    sizeBytes,
    etag,
    stream,
    async read(range) {
      const parts: Uint8Array[] = [];
      for await (const part of stream(range)) parts.push(part);
      return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    },
  };

  async function identify(handle: FileHandle) {
    const found = await handle.stat({ bigint: true });
    if (!found.isFile()) throw noFile(path);
    const etag = `${found.size.toString(16)}-${found.mtimeNs.toString(16)}`;
    return { sizeBytes: Number(found.size), etag };
  }
}

async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  const handle = await openFile(path);
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

const openFile = (path: string): Promise<FileHandle> =>
  open(path, 'r').catch((error: unknown) => {
    throw translate(error, path);
  });

function translate(error: unknown, path: string): unknown {
  if (isAbsent(error)) {
    return new ServingError('RESOURCE_DOES_NOT_EXIST', `there is no file ${path}`, {
      cause: error,
    });
  }
  if (error instanceof Error && 'code' in error && error.code === 'EACCES') {
    const message = `this process may not read ${path}`;
    return new ServingError('PERMISSION_DENIED', message, { cause: error });
  }
  return translateFileError(error, path);
}

const noFile = (path: string): ServingError =>
  new ServingError('INVALID_PARAMETER_VALUE', `${path} is not a file; expected a file of rows`);

const replaced = (uri: string): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `${uri} was changed while it was read; nothing was written: score it again when it is complete`,
  );
