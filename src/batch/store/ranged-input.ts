import { ContentMismatch } from '../../artifacts/retry.ts';
import { ServingError } from '../../errors.ts';
import type { BatchInput, ByteRange } from '../batch-input.ts';
import { mapInOrder } from '../map-in-order.ts';

export interface RangedObject extends Pick<BatchInput, 'uri' | 'key' | 'sizeBytes' | 'etag'> {
  /**
   * The bytes of a range that is not empty, while the object has its tag.
   *
   * @throws {ServingError} with a `ContentMismatch` as its cause when it has another
   */
  readonly readRange: (range: ByteRange) => Promise<Uint8Array>;
}

/** What one request asks for: a slow reader leaves no request open, and what breaks off is cheap to ask for again; bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;
const WINDOWS_AT_ONCE = 3;

/** An object of a bucket or a container, read in ranges that all carry its tag. */
export function createRangedInput({ readRange, ...object }: RangedObject): BatchInput {
  async function read(range: ByteRange): Promise<Uint8Array> {
    if (range.start >= range.end) return new Uint8Array(0);
    return readRange(range).catch((error: unknown) => {
      throw isReplaced(error) ? replaced(object.uri, error) : error;
    });
  }
  return {
    ...object,
    read,
    stream: ({ start, end } = { start: 0, end: object.sizeBytes }) =>
      mapInOrder(windowsOf(start, end), WINDOWS_AT_ONCE, read),
  };
}

function* windowsOf(start: number, end: number): Generator<ByteRange> {
  for (let at = start; at < end; at += WINDOW_BYTES) {
    yield { start: at, end: Math.min(end, at + WINDOW_BYTES) };
  }
}

const isReplaced = (error: unknown): boolean =>
  error instanceof ServingError && error.cause instanceof ContentMismatch;

/** For an object that is not there when it is opened. */
export const missingInput = (place: string): ServingError =>
  new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `${place} does not exist; for every file below a prefix, put a slash at its end`,
  );

const replaced = (uri: string, cause: unknown): ServingError =>
  new ServingError(
    'INVALID_STATE',
    `${uri} was replaced while it was read; what it is now is a job of its own`,
    { cause },
  );
