import type { Readable } from 'node:stream';
import { type ReadBodyOptions, readBody } from './read-body.ts';

/**
 * Read a body of a known length. Each piece goes to its place as it comes: windows are large, and many are read at once.
 *
 * @param brokeOff the error for a body of another length
 * @throws {ServingError} as `readBody`; what `brokeOff` gives
 */
export async function fillBytes(
  body: Readable,
  sizeBytes: number,
  { brokeOff, ...options }: ReadBodyOptions & { readonly brokeOff: () => Error },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  const keep = (piece: Buffer): void => {
    if (at + piece.length > bytes.length) throw brokeOff();
    bytes.set(piece, at);
    at += piece.length;
  };
  await readBody(body, keep, options);
  if (at !== bytes.length) throw brokeOff();
  return bytes;
}
