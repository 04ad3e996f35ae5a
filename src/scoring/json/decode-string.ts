import { BACKSLASH } from './bytes.ts';
import { syntaxError } from './syntax-error.ts';

/** Letter behind a backslash → the character it means; 0 for none. `u` is another matter. */
const ESCAPES = new Uint8Array(256);
for (const pair of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  ESCAPES[pair.charCodeAt(0)] = pair.charCodeAt(1);
}
const UNICODE_ESCAPE = 0x75;
const UNICODE_ESCAPE_LENGTH = 6;

/** Value of each hexadecimal digit, -1 for other bytes. */
const HEX = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

/** What native decoders put in the place of anything that is not UTF-8. */
const REPLACEMENT = '\ufffd';

/** Room for strings of up to 2,048 bytes without an allocation; no view of it ever leaves. */
const SHORT = new Uint16Array(2048);

/**
 * Decode a JSON string with escapes or characters beyond ASCII.
 *
 * As in Python, a lone surrogate is let through, as an escape or as three bytes (`surrogatepass`).
 *
 * Units: `first` and `end` are the byte positions between the quotes; `bytes[end]` is the quote.
 * @throws {ServingError} BAD_REQUEST for a bad escape, or bytes that are not UTF-8
 */
export function decodeString(bytes: Buffer, first: number, end: number): string {
  if (!hasEscape(bytes, first, end)) {
    const text = bytes.toString('utf8', first, end);
    if (!text.includes(REPLACEMENT)) return text;
  }
  return decodeByUnits(bytes, first, end);
}

function hasEscape(bytes: Buffer, first: number, end: number): boolean {
  for (let at = first; at < end; at++) {
    if (bytes[at] === BACKSLASH) return true;
  }
  return false;
}

function decodeByUnits(bytes: Buffer, first: number, end: number): string {
  const units = end - first <= SHORT.length ? SHORT : new Uint16Array(end - first);
  let count = 0;
  let at = first;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH) {
      const isUnicode = bytes[at + 1] === UNICODE_ESCAPE;
      units[count++] = isUnicode ? unicodeEscape(bytes, at) : shortEscape(bytes, at);
      at += isUnicode ? UNICODE_ESCAPE_LENGTH : 2;
    } else if (byte < 0x80) {
      units[count++] = byte;
      at++;
    } else {
      const code = codePointAt(bytes, at);
      at += code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (code >= 0x10000) units[count++] = 0xd7c0 + (code >> 10);
      units[count++] = code < 0x10000 ? code : 0xdc00 | (code & 0x3ff);
    }
  }
  return Buffer.from(units.buffer, 0, 2 * count).toString('utf16le');
}

function shortEscape(bytes: Buffer, at: number): number {
  const meaning = ESCAPES[bytes[at + 1]!]!;
  if (meaning === 0) throw syntaxError('a letter that may follow a backslash', at + 1);
  return meaning;
}

/** The unit of `\uXXXX`; the closing quote, if it comes too early, is none of the digits. */
function unicodeEscape(bytes: Buffer, at: number): number {
  const a = HEX[bytes[at + 2]!]!;
  const b = HEX[bytes[at + 3]!]!;
  const c = HEX[bytes[at + 4]!]!;
  const d = HEX[bytes[at + 5]!]!;
  if ((a | b | c | d) < 0) throw syntaxError('four hexadecimal digits after \\u', at + 2);
  return (a << 12) | (b << 8) | (c << 4) | d;
}

/** Code point of the UTF-8 sequence at `at`, which starts with a byte of 0x80 or more. */
function codePointAt(bytes: Buffer, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  let code = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) throw syntaxError('UTF-8 text', at);
    code = (code << 6) | (byte & 0x3f);
  }
  const isShortest = code >= (length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000);
  if (lead < 0xc0 || lead > 0xf4 || !isShortest || code > 0x10ffff) {
    throw syntaxError('UTF-8 text', at);
  }
  return code;
}
