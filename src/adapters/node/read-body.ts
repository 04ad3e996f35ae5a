import type { IncomingMessage } from 'node:http';

/** What came of reading a request's body. */
export type BodyReading =
  | { readonly kind: 'complete'; readonly body: Buffer }
  | { readonly kind: 'too-large' }
  /** The client went away. */
  | { readonly kind: 'aborted' };

/** Bytes announced by `content-length`; undefined for a chunked body. */
export function announcedBytes(request: IncomingMessage): number | undefined {
  const length = request.headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** Collect a body, and stop as soon as it is known to be longer than `maxBytes`. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyReading> {
  if ((announcedBytes(request) ?? 0) > maxBytes) return Promise.resolve({ kind: 'too-large' });
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const onChunk = (chunk: Buffer): void => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) {
        request.off('data', onChunk);
        resolve({ kind: 'too-large' });
      } else {
        chunks.push(chunk);
      }
    };
    request.on('data', onChunk);
    request.on('end', () => resolve({ kind: 'complete', body: joined(chunks) }));
    request.on('error', () => resolve({ kind: 'aborted' }));
    request.on('close', () => resolve({ kind: 'aborted' }));
  });
}

const joined = (chunks: Buffer[]): Buffer =>
  chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
