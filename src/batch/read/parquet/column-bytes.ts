import type { BatchInput, ByteRange } from '../../batch-input.ts';

/** Bytes of one column of a row group, from front to back. */
export interface ColumnBytes {
  /** The next `length` bytes or more; fewer only at the end. Throws as `BatchInput.read`. */
  peek(length: number): Promise<Uint8Array>;
  skip(length: number): void;
}

/**
 * Read a range window by window, one ahead.
 *
 * Memory: two windows, or as much more as is asked for at once.
 *
 * @param windowBytes bytes of a window
 */
export function openColumnBytes(
  read: BatchInput['read'],
  { start, end }: ByteRange,
  windowBytes: number,
): ColumnBytes {
  let held: Uint8Array = new Uint8Array(0);
  let asked = start;
  let ahead: Promise<Uint8Array> | undefined;

  function ask(length: number): Promise<Uint8Array> | undefined {
    if (asked >= end) return undefined;
    const range = { start: asked, end: Math.min(end, asked + length) };
    asked = range.end;
    const answer = read(range);
    answer.catch(() => undefined); // thrown when its turn comes
    return answer;
  }

  return {
    async peek(length) {
      while (held.length < length) {
        const part = await (ahead ?? ask(Math.max(windowBytes, length - held.length)));
        if (part === undefined) break;
        held = held.length === 0 ? part : Buffer.concat([held, part]);
        ahead = held.length < length ? undefined : ask(windowBytes);
      }
      return held;
    },
    skip(length) {
      held = held.subarray(length);
    },
  };
}
