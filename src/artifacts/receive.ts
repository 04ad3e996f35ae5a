import type { Departures } from './departures.ts';
import { type DownloadLimits, tooManyBytes } from './file-list.ts';
import type { Limiter } from './limiter.ts';
import { readBody } from './read-body.ts';
import type { OpenOptions, RemoteBody, RemoteDirectory, RemoteFile } from './remote-directory.ts';
import { contentMismatch } from './retry.ts';

/** What the files of one download share. */
export interface ReceiveContext {
  readonly source: RemoteDirectory;
  readonly limits: DownloadLimits;
  /** Of files whose size was not announced, so that they stay within the limit too. */
  readonly unannounced: { bytes: number };
  readonly limitRequests: Limiter;
  readonly partBytes: number;
  /** Smaller files come in one piece; bytes. */
  readonly leastPartedBytes: number;
  /** For a file or a part. */
  readonly transientAttempts: number;
  readonly idleTimeoutMs: number;
  readonly firstPauseMs: number;
  readonly signal: AbortSignal;
  readonly departures: Departures;
  /** Bytes that arrived; negative for those of an attempt that failed. */
  readonly countBytes: (bytes: number) => void;
}

/**
 * Open a file and compare the size the store gives it now with the one that was announced.
 *
 * @throws {ServingError} what `RemoteDirectory.open` throws; TEMPORARILY_UNAVAILABLE when the sizes differ
 */
export async function openChecked(
  file: RemoteFile,
  options: Pick<OpenOptions, 'range' | 'etag'>,
  { source, signal, departures }: ReceiveContext,
): Promise<RemoteBody> {
  const onSent = departures.expectOne();
  const opening = source.open(file, { ...options, signal, onSent });
  const remote = await opening.finally(onSent); // at the latest, for stores that cannot tell
  const { fileBytes } = remote;
  if (file.sizeBytes === undefined || fileBytes === undefined) return remote;
  if (file.sizeBytes === fileBytes) return remote;
  remote.body.destroy();
  throw contentMismatch(
    `${describe(file, source)} has ${fileBytes} bytes; expected ${file.sizeBytes}`,
  );
}

/**
 * Read a body to its end; `use` gets each chunk.
 *
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when it breaks off, stands still or has another length than announced,
 *   INVALID_PARAMETER_VALUE above the limit of the download
 */
export async function receive(
  file: RemoteFile,
  { body, bodyBytes }: RemoteBody,
  { source, limits, unannounced, idleTimeoutMs, signal, countBytes }: ReceiveContext,
  use: (chunk: Buffer) => void | Promise<void>,
): Promise<void> {
  const place = describe(file, source);
  const expected = bodyBytes ?? file.sizeBytes;
  let bytes = 0;
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (expected !== undefined && bytes > expected) {
      throw contentMismatch(`${place} has more than the ${expected} bytes announced`);
    }
    if (file.sizeBytes === undefined) unannounced.bytes += chunk.length;
    if (unannounced.bytes > limits.maxBytes) throw tooManyBytes(source.uri, limits);
    countBytes(chunk.length);
    return use(chunk);
  };
  try {
    await readBody(body, count, { place, signal, idleTimeoutMs });
    if (expected !== undefined && bytes !== expected) {
      throw contentMismatch(`${place} ended after ${bytes} bytes; expected ${expected}`);
    }
  } catch (error) {
    if (file.sizeBytes === undefined) unannounced.bytes -= bytes;
    countBytes(-bytes);
    throw error;
  }
}

/** @throws {ServingError} TEMPORARILY_UNAVAILABLE when a digest was announced and it is another one */
export function checkDigest(
  file: RemoteFile,
  sha256: string | undefined,
  { source }: ReceiveContext,
): void {
  if (file.sha256 === undefined || sha256 === file.sha256.toLowerCase()) return;
  throw contentMismatch(
    `${describe(file, source)} has another SHA-256 than its manifest says; publish the version again if it stays so`,
  );
}

const describe = (file: RemoteFile, source: RemoteDirectory): string =>
  `${JSON.stringify(file.path)} at ${source.uri}`;
