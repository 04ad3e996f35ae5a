import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadable } from './read-yaml.ts';

/** Bytes by key, wherever they lie; what the published layout is read through. */
export interface ObjectReader {
  /**
   * The bytes at `key`, or `undefined` when there is none.
   *
   * @param key relative to the root of the layout, `/` between parts
   * @throws {ServingError} UNAUTHENTICATED or PERMISSION_DENIED when refused, TEMPORARILY_UNAVAILABLE when the store fails
   */
  read(key: string, options?: ReadOptions): Promise<Uint8Array | undefined>;

  /**
   * As `read`, but without the bytes when they are those that were read before: one round trip whether something has
   * changed or not.
   *
   * @param seen the tag that came with them
   */
  readTagged(
    key: string,
    seen: string | undefined,
    options?: ReadOptions,
  ): Promise<TaggedBytes | 'unchanged' | undefined>;

  /**
   * The names directly below `prefix`, objects and folders alike, in no particular order; empty
   * when there is nothing. A folder's name comes without a slash.
   *
   * @param prefix relative to the root, without a slash at its end; empty for the root itself
   * @throws {ServingError} as `read`
   */
  list(prefix: string, options?: ReadOptions): Promise<string[]>;

  /** The URI an artifact store can download for the folder `prefix`: `/…` or `s3://…`. */
  uriOf(prefix: string): string;
}

export interface TaggedBytes {
  readonly bytes: Uint8Array;
  /** Changes with the bytes; absent where reading again costs no more than comparing. */
  readonly tag?: string;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** Files below a folder. */
export function createFolderReader(root: string): ObjectReader {
  async function read(key: string, { signal }: ReadOptions = {}): Promise<Uint8Array | undefined> {
    try {
      return await readFile(join(root, key), { signal });
    } catch (cause) {
      return absent(cause, signal);
    }
  }

  return {
    read,
    async readTagged(key, _seen, options) {
      const bytes = await read(key, options);
      return bytes && { bytes };
    },
    async list(prefix, { signal } = {}) {
      try {
        return await readdir(join(root, prefix));
      } catch (cause) {
        return absent(cause, signal) ?? [];
      }
    },
    uriOf: (prefix) => join(root, prefix),
  };
}

const ABSENT_CODES: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function absent(cause: unknown, signal: AbortSignal | undefined): undefined {
  signal?.throwIfAborted();
  if (!ABSENT_CODES.has((cause as NodeJS.ErrnoException).code)) throw unreadable(cause);
}
