import { BACKSLASH, QUOTE } from './bytes.ts';
import { decodeString } from './decode-string.ts';
import { syntaxError } from './syntax-error.ts';

/** 1 for the bytes that stand for themselves: ASCII but control characters, quote and backslash. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
);

/** Column names and categories come again and again; longer text rarely does. */
const MAX_CACHED_LENGTH = 32;
const CACHE_SLOTS = 1024;

/** New strings one body may put into the cache, so that a body of ids does not empty it. */
const MAX_NEW_PER_TEXT = 64;

const cache: string[] = new Array<string>(CACHE_SLOTS).fill('');

/** Reads the strings of one JSON text, which ends in a NUL byte. */
export class StringReader {
  /** Position after the string read last. */
  end = 0;

  readonly #bytes: Buffer;
  readonly #length: number;
  #newInCache = 0;
  #text: string | undefined;

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
    if (byte === QUOTE) {
      this.end = at + 1;
      return this.#ascii(first, at, hash);
    }
    const end = findQuote(bytes, at);
    this.end = end + 1;
    return decodeString(bytes, first, end);
  }

  #ascii(first: number, end: number, hash: number): string {
    const bytes = this.#bytes;
    const length = end - first;
    if (length > MAX_CACHED_LENGTH) return this.#slice(first, end);
    const slot = (hash ^ (hash >>> 10)) & (CACHE_SLOTS - 1);
    const known = cache[slot]!;
    if (known.length === length && isTextAt(bytes, first, known)) return known;
    if (this.#newInCache === MAX_NEW_PER_TEXT) return this.#slice(first, end);
    this.#newInCache++;
    // A string of its own: a slice would keep the whole body alive.
    const fresh = bytes.toString('latin1', first, end);
    cache[slot] = fresh;
    return fresh;
  }

  /** Cut from the text as one JS string: 16 ns, where a string made from bytes takes 95 ns. */
  #slice(first: number, end: number): string {
    this.#text ??= this.#bytes.toString('latin1', 0, this.#length);
    return this.#text.slice(first, end);
  }
}

function isTextAt(bytes: Buffer, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[start + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** Position of the quote that ends the string, from anywhere between its characters. */
function findQuote(bytes: Buffer, start: number): number {
  let at = start;
  for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[at]!) {
    if (byte === BACKSLASH) byte = bytes[++at]!;
    if (byte < 0x20) throw syntaxError('a closing quote, not a control character or the end', at);
    at++;
  }
  return at;
}
