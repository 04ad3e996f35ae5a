import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { badRequest } from '../../errors.ts';

/**
 * The content of a gzip stream, of all its members.
 *
 * @throws {ServingError} BAD_REQUEST when it is no gzip, or ends too soon; what reading the bytes throws
 */
export async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(Readable.from(bytes), gunzip, () => {}); // an error comes out of the loop below
  try {
    yield* gunzip;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && /^Z_/.test(String(cause.code)))) throw cause;
    throw badRequest('the file cannot be unzipped: it is no gzip, or it is cut off', { cause });
  }
}
