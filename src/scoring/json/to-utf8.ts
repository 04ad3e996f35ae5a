import { syntaxError } from './syntax-error.ts';

/**
 * Recode a body to UTF-8 by Python's rules for JSON: a byte order mark decides, else where the NULs are.
 *
 * Lone surrogates become three bytes each, as Python lets them pass.
 *
 * @returns the bytes after the byte order mark; the same memory if the body is UTF-8 already
 * @throws {ServingError} BAD_REQUEST for UTF-16 or UTF-32 that is not well formed. UTF-8 is checked later,
 *   string by string.
 * @see CPython, `json.detect_encoding`
 */
export function toUtf8(bytes: Uint8Array): Uint8Array {
  const a = bytes[0];
  // The usual case, decided by the first byte: a brace, a bracket, white space …
  if (a !== undefined && a > 0 && a < 0x80 && bytes[1] !== 0) return bytes;
  const b = bytes[1];
  const isWide = bytes[2] === 0 && bytes[3] === 0;
  if (a === 0 && b === 0 && bytes[2] === 0xfe && bytes[3] === 0xff) {
    return fromUtf32(bytes.subarray(4), false);
  }
  if (a === 0xff && b === 0xfe) {
    return isWide ? fromUtf32(bytes.subarray(4), true) : fromUtf16(bytes.subarray(2), true);
  }
  if (a === 0xfe && b === 0xff) return fromUtf16(bytes.subarray(2), false);
  if (a === 0xef && b === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  if (bytes.length < 4 && bytes.length !== 2) return bytes;
  if (a === 0) {
    return bytes.length > 2 && b === 0 ? fromUtf32(bytes, false) : fromUtf16(bytes, false);
  }
  if (b === 0) return isWide ? fromUtf32(bytes, true) : fromUtf16(bytes, true);
  return bytes;
}

function fromUtf16(bytes: Uint8Array, isLittleEndian: boolean): Uint8Array {
  if (bytes.length % 2 !== 0) throw syntaxError('whole UTF-16 units', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = new Utf8Writer(3 * (bytes.length / 2));
  for (let at = 0; at < bytes.length; at += 2) {
    const unit = view.getUint16(at, isLittleEndian);
    const next = at + 2 < bytes.length ? view.getUint16(at + 2, isLittleEndian) : 0;
    if ((unit & 0xfc00) === 0xd800 && (next & 0xfc00) === 0xdc00) {
      target.add(0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff));
      at += 2;
    } else {
      target.add(unit);
    }
  }
  return target.bytes();
}

function fromUtf32(bytes: Uint8Array, isLittleEndian: boolean): Uint8Array {
  if (bytes.length % 4 !== 0) throw syntaxError('whole UTF-32 units', bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = new Utf8Writer(bytes.length);
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, isLittleEndian);
    if (code > 0x10ffff) throw syntaxError('a Unicode character', at);
    target.add(code);
  }
  return target.bytes();
}

class Utf8Writer {
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  add(code: number): void {
    if (code < 0x80) {
      this.#bytes[this.#length++] = code;
      return;
    }
    const tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    this.#bytes[this.#length++] = ((0xff << (7 - tail)) & 0xff) | (code >> (6 * tail));
    for (let left = tail - 1; left >= 0; left--) {
      this.#bytes[this.#length++] = 0x80 | ((code >> (6 * left)) & 0x3f);
    }
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}
