import { COMMA, CR, LF, QUOTE } from '../../scoring/csv/csv-source.ts';
import type { CutRow } from './row-cutter.ts';

/** Finds the ends of records that are lines like most: no blank in front, no quote, and an end that is here. */
export interface PlainRecords {
  /** @returns undefined for every other record: the reader of request bodies knows what it is */
  next(bytes: Uint8Array, from: number): CutRow | undefined;
}

/**
 * Node's own search looks for line ends, quotes and carriage returns, each once in all bytes: an eighth of the time that a look
 * at each byte takes.
 */
export function createPlainRecords(): PlainRecords {
  let seen: Uint8Array | undefined;
  let searched: Buffer = Buffer.alloc(0);
  let [quote, carriageReturn] = [-1, -1];

  /** Its next place at `from` or behind; beyond the end when there is none. */
  const find = (byte: number, from: number): number => {
    const at = searched.indexOf(byte, from);
    return at < 0 ? searched.length : at;
  };

  return {
    next(bytes, from) {
      if (seen !== bytes) {
        seen = bytes;
        searched = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        [quote, carriageReturn] = [-1, -1];
      }
      if (!((bytes[from] as number) > COMMA)) return undefined;
      const end = searched.indexOf(LF, from);
      if (end < 0) return undefined;
      if (quote < from) quote = find(QUOTE, from);
      if (carriageReturn < from) carriageReturn = find(CR, from);
      if (quote < end || carriageReturn < end - 1) return undefined;
      return { start: from, end: end + 1 };
    },
  };
}
