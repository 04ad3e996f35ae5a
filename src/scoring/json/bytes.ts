/** The bytes that JSON gives a meaning to. */
export const QUOTE = 0x22;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const COLON = 0x3a;
export const BACKSLASH = 0x5c;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_OBJECT = 0x7b;
export const CLOSE_OBJECT = 0x7d;

/** JSON's white space, and nothing else: blank, line feed, carriage return, tab. */
export const isSpace = (byte: number): boolean =>
  byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);

/** First byte at or after `position` that is not white space. The text ends in a NUL byte. */
export function skipSpace(bytes: Uint8Array, position: number): number {
  let next = position;
  while (isSpace(bytes[next]!)) next++;
  return next;
}
