import { isMarkedAsUntransferable } from 'node:worker_threads';

/** Below it a copy costs less than what a transfer needs besides; bytes. */
export const SMALL_BYTES = 16 * 1024;

/** How a body goes to another thread. */
export interface Transfer {
  readonly body: string | Uint8Array;
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * Give a body away without a copy where it is large and alone in its buffer.
 *
 * A message takes a view's whole buffer along, so that a few bytes of Node's pool would bring 64 KiB of others' with them.
 */
export function transferOf(body: string | Uint8Array): Transfer {
  if (typeof body === 'string') return { body, transfer: [] };
  const { buffer, byteLength } = body;
  const isWhole = buffer.byteLength === byteLength && buffer instanceof ArrayBuffer;
  if (!isWhole) return { body: new Uint8Array(body), transfer: [] };
  const isGiven = byteLength >= SMALL_BYTES && !isMarkedAsUntransferable(buffer);
  return { body, transfer: isGiven ? [buffer] : [] };
}
