import type { Readable } from 'node:stream';
import { ServingError } from '../errors.ts';

export interface ReadBodyOptions {
  /** For messages. */
  readonly place: string;
  readonly signal?: AbortSignal;
  /** A body that stands still this long is given up. */
  readonly idleTimeoutMs: number;
}

/**
 * Hand every chunk of a body to `use`, in order, reading on only when it is done with one.
 *
 * @returns bytes read
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when the body breaks off or stands still; what `use` throws
 */
export async function readBody(
  body: Readable,
  use: (chunk: Buffer) => void | Promise<void>,
  { place, signal, idleTimeoutMs }: ReadBodyOptions,
): Promise<number> {
  let bytes = 0;
  let failure: unknown;
  const stop = () => body.destroy();
  const timer = setTimeout(() => {
    failure = unavailable(`${place} sent nothing for ${idleTimeoutMs / 1000} s`);
    stop();
  }, idleTimeoutMs);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      try {
        await use(chunk);
      } catch (error) {
        failure = error;
        throw error;
      }
      timer.refresh();
    }
    return bytes;
  } catch (error) {
    signal?.throwIfAborted();
    throw failure ?? unavailable(`${place} broke off after ${bytes} bytes`, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    body.destroy();
  }
}

/**
 * A whole body in memory.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE as `readBody`, and when it is longer than `maxBytes`
 */
export async function collectBody(
  body: Readable,
  maxBytes: number,
  options: ReadBodyOptions,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  const keep = (chunk: Buffer) => {
    total += chunk.length;
    if (total > maxBytes) throw unavailable(`${options.place} sent more than ${maxBytes} bytes`);
    chunks.push(chunk);
  };
  await readBody(body, keep, options);
  return Buffer.concat(chunks);
}

const unavailable = (message: string, cause?: unknown): ServingError =>
  new ServingError('TEMPORARILY_UNAVAILABLE', message, { cause });
