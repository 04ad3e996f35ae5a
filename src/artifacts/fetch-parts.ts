import type { FileHandle } from 'node:fs/promises';
import { createFileWriter } from './file-writer.ts';
import { createOrderedDigest } from './ordered-digest.ts';
import { checkDigest, openChecked, type ReceiveContext, receive } from './receive.ts';
import type { ByteRange, RemoteFile } from './remote-directory.ts';
import { contentMismatch, PART_ATTEMPTS, withRetries } from './retry.ts';

/** The store sends whole files whatever is asked, or no tag that would tie parts together. */
export class RangesUnsupported extends Error {
  override readonly name = 'RangesUnsupported';
}

type SizedFile = RemoteFile & { readonly sizeBytes: number };

/**
 * Fetch a large file in parallel parts and write each at its offset.
 *
 * All parts must carry the entity tag of the part that answered first, so that bytes of two versions of
 * the file never mix.
 *
 * @throws {RangesUnsupported} when parts cannot be had safely; `ServingError`s as `fetchFile`
 */
export async function fetchParts(
  file: SizedFile,
  opening: Promise<FileHandle>,
  context: ReceiveContext,
): Promise<void> {
  const ranges = splitIntoRanges(file.sizeBytes, context.partBytes);
  const digest = file.sha256 === undefined ? undefined : createOrderedDigest(opening, ranges);
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const shared: SharedByParts = { file, opening, etag: undefined, context: { ...context, signal } };
  const fetches = ranges.map(async (range, index) => {
    await fetchPart(range, shared);
    await digest?.markWritten(index);
  });
  try {
    await Promise.all(fetches);
  } catch (error) {
    stop.abort(error);
    await Promise.allSettled(fetches); // none may write any more when the next attempt begins
    throw error;
  }
  checkDigest(file, digest?.hex(), context);
}

interface SharedByParts {
  readonly file: SizedFile;
  readonly opening: Promise<FileHandle>;
  readonly context: ReceiveContext;
  etag: string | undefined;
}

function fetchPart(range: ByteRange, shared: SharedByParts): Promise<void> {
  const { file, opening, context } = shared;
  const attempt = async () => {
    const etag = shared.etag;
    const remote = await openChecked(file, { range, ...(etag !== undefined && { etag }) }, context);
    if (!remote.isRange || remote.etag === undefined) {
      remote.body.destroy();
      throw new RangesUnsupported();
    }
    shared.etag ??= remote.etag;
    if (remote.etag !== shared.etag) {
      remote.body.destroy();
      throw contentMismatch(`${file.path} at ${context.source.uri} changed while it was read`);
    }
    const writer = createFileWriter(await opening, range.start);
    await receive(file, remote, context, (chunk) => writer.write(chunk));
    await writer.flush();
  };
  const { limitRequests, transientAttempts, firstPauseMs, signal } = context;
  const policy = { ...PART_ATTEMPTS, transientAttempts, firstPauseMs, signal };
  return withRetries(() => limitRequests(attempt), policy);
}

function splitIntoRanges(sizeBytes: number, partBytes: number): ByteRange[] {
  return Array.from({ length: Math.ceil(sizeBytes / partBytes) }, (_, index) => ({
    start: index * partBytes,
    end: Math.min(sizeBytes, (index + 1) * partBytes),
  }));
}
