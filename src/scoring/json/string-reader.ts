import { BACKSLASH, QUOTE } from './bytes.ts';
import { decodeString } from './decode-string.ts';
import { syntaxError } from './syntax-error.ts';

/** 1 for the bytes that stand for themselves: ASCII but control characters, quote and backslash. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** Column names and categories come again and again; longer text rarely does. Units: bytes. */
const MAX_CACHED_LENGTH = 48;
const CACHE_SLOTS = 1024;

/** New strings one body may put into the cache, so that a body of ids does not empty it. */
const MAX_NEW_PER_TEXT = 64;

/** A string as it was written, between the quotes, and what it means. */
interface CachedString {
  readonly raw: Uint8Array;
  readonly text: string;
}

const NOTHING: CachedString = { raw: new Uint8Array(0), text: '' };
const cache: CachedString[] = new Array<CachedString>(CACHE_SLOTS).fill(NOTHING);

/** Reads the strings of one JSON text, which ends in a NUL byte. */
export class StringReader {
  /** Position behind the string read last. */
  end = 0;

  readonly #bytes: Buffer;
  readonly #length: number;
  #newInCache = 0;
  #latin1: string | undefined;

  constructor(bytes: Buffer, length: number) {
    this.#bytes = bytes;
    this.#length = length;
  }

  /**
   * Read the string whose opening quote is at `start`.
   *
   * @throws {ServingError} BAD_REQUEST for a string that does not end, a control character, a bad
   *   escape, or bytes that are not UTF-8
   */
  read(start: number): string {
    const bytes = this.#bytes;
    const first = start + 1;
    let at = first;
    let hash = 0;
    let byte = bytes[at]!;
    while (IS_PLAIN[byte] === 1) {
      hash = (Math.imul(hash, 31) + byte) | 0;
      byte = bytes[++at]!;
    }
    const isPlain = byte === QUOTE;
    while (byte !== QUOTE) {
      if (byte === BACKSLASH) byte = bytes[++at]!;
      if (byte < 0x20) throw syntaxError('a closing quote, not a control character or the end', at);
      hash = (Math.imul(hash, 31) + byte) | 0;
      byte = bytes[++at]!;
    }
    this.end = at + 1;
    if (at - first > MAX_CACHED_LENGTH) return this.#fresh(first, at, isPlain);
    return this.#cached(first, at, hash, isPlain);
  }

  #cached(first: number, end: number, hash: number, isPlain: boolean): string {
    const bytes = this.#bytes;
    const slot = (hash ^ (hash >>> 10)) & (CACHE_SLOTS - 1);
    const known = cache[slot]!;
    if (known.raw.length === end - first && isAt(bytes, first, known.raw)) return known.text;
    if (this.#newInCache === MAX_NEW_PER_TEXT) return this.#fresh(first, end, isPlain);
    this.#newInCache++;
    // A string of its own: a slice of the text would keep all of it alive.
    const text = isPlain ? bytes.toString('latin1', first, end) : decodeString(bytes, first, end);
    cache[slot] = { raw: Uint8Array.from(bytes.subarray(first, end)), text };
    return text;
  }

  /** Plain text is cut from one JS string: 16 ns, where a string made from bytes takes 95 ns. */
  #fresh(first: number, end: number, isPlain: boolean): string {
    if (!isPlain) return decodeString(this.#bytes, first, end);
    this.#latin1 ??= this.#bytes.toString('latin1', 0, this.#length);
    return this.#latin1.slice(first, end);
  }
}

function isAt(bytes: Buffer, start: number, raw: Uint8Array): boolean {
  for (let i = 0; i < raw.length; i++) {
    if (bytes[start + i] !== raw[i]) return false;
  }
  return true;
}
