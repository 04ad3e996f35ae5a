import { BACKSLASH } from './bytes.ts';
import { syntaxError } from './syntax-error.ts';

/** What stands behind a backslash → the character it means, as UTF-16. */
const ESCAPES = new Map(
  Object.entries({
    '"': '"',
    '\\': '\\',
    '/': '/',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
  }).map(([letter, meaning]) => [letter.charCodeAt(0), meaning.charCodeAt(0)]),
);
const UNICODE_ESCAPE = 0x75;
const UNICODE_ESCAPE_LENGTH = 6;

/** Room for strings of up to 2,048 bytes without an allocation; not one view of it ever leaves. */
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
  const units = end - first <= SHORT.length ? SHORT : new Uint16Array(end - first);
  let count = 0;
  let at = first;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH) {
      units[count++] = escapeAt(bytes, at, end);
      at += bytes[at + 1] === UNICODE_ESCAPE ? UNICODE_ESCAPE_LENGTH : 2;
    } else if (byte < 0x80) {
      units[count++] = byte;
      at++;
    } else {
      const code = codePointAt(bytes, at);
      at += code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (code < 0x10000) {
        units[count++] = code;
      } else {
        units[count++] = 0xd7c0 + (code >> 10);
        units[count++] = 0xdc00 | (code & 0x3ff);
      }
    }
  }
  return Buffer.from(units.buffer, 0, 2 * count).toString('utf16le');
}

function escapeAt(bytes: Buffer, at: number, end: number): number {
  const letter = bytes[at + 1]!;
  if (letter !== UNICODE_ESCAPE) {
    const meaning = ESCAPES.get(letter);
    if (meaning === undefined) throw syntaxError('a letter that may follow a backslash', at + 1);
    return meaning;
  }
  let unit = 0;
  for (let i = at + 2; i < at + UNICODE_ESCAPE_LENGTH; i++) {
    const digit = i < end ? hexDigit(bytes[i]!) : -1;
    if (digit < 0) throw syntaxError('four hexadecimal digits after \\u', i);
    unit = (unit << 4) | digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
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
