import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { badRequest } from '../../errors.ts';

/**
 * The content of a gzip stream, of all its members. Zeros may follow, as some writers fill a block up; but nothing behind them, which zlib
 * would leave out without a word.
 *
 * @throws {ServingError} BAD_REQUEST when it is no gzip, ends too soon, or goes on behind zeros; what reading the bytes throws
 */
export async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const given = { sizeBytes: 0, endOfContent: 0 };
  // Behind gunzip, a stream that ends with it: what comes after its end is still read, and looked at.
  const content = new PassThrough();
  const done = pipeline(Readable.from(measured(bytes, given)), gunzip, content);
  done.catch(() => {}); // it comes out of the loop, or is awaited after it
  try {
    yield* content;
    await done;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause) {
      if (/^Z_/.test(String(cause.code))) throw broken('it is no gzip, or it is cut off', cause);
      if (cause.code === 'ERR_STREAM_PUSH_AFTER_EOF') throw broken(GOES_ON, cause);
    }
    throw cause;
  }
  if (given.endOfContent > gunzip.bytesWritten) throw broken(GOES_ON);
}

/** Notes where the last byte is that is not zero. */
async function* measured(
  bytes: AsyncIterable<Uint8Array>,
  given: { sizeBytes: number; endOfContent: number },
): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    const last = part.findLastIndex((byte) => byte !== 0);
    if (last >= 0) given.endOfContent = given.sizeBytes + last + 1;
    given.sizeBytes += part.length;
    yield part;
  }
}

const GOES_ON = 'after its end there are zeros, and then more';

const broken = (reason: string, cause?: Error) =>
  badRequest(`the file cannot be unzipped: ${reason}`, { cause });
