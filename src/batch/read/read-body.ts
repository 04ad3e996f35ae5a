import { ServingError } from '../../errors.ts';
import type { BatchInput } from '../batch-input.ts';
import { unzipped } from './unzipped.ts';

/** A file that is one request: its bytes, whole. */
export interface WholeBody {
  readonly kind: 'body';
  readonly bytes: Uint8Array;
}

/**
 * Read a file that cannot be cut.
 *
 * @param maxBytes once unzipped
 * @throws {ServingError} REQUEST_TOO_LARGE; as `BatchInput.stream` and `unzipped`
 */
export async function readBody(
  input: BatchInput,
  isGzip: boolean,
  maxBytes: number,
): Promise<WholeBody> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of isGzip ? unzipped(input.stream()) : input.stream()) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) {
      throw new ServingError(
        'REQUEST_TOO_LARGE',
        `a JSON body is scored at once, and this one has more than ${maxBytes} bytes; send its rows as JSON Lines, CSV or Parquet`,
      );
    }
    pieces.push(piece);
  }
  return { kind: 'body', bytes: Buffer.concat(pieces) };
}
