const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUE_BY_CODE = new Int8Array(128).fill(-1);
for (const [value, char] of [...ALPHABET].entries()) VALUE_BY_CODE[char.charCodeAt(0)] = value;

/**
 * Python's `base64.decodebytes`: characters outside the alphabet are skipped, and what follows a
 * complete padding is ignored.
 *
 * @returns undefined when the count of characters or the padding is wrong, as where Python raises
 * @see CPython Modules/binascii.c, `a2b_base64` without strict mode
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let position = 0;
  let left = 0;
  let pads = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 61) {
      if (position >= 2 && position + ++pads >= 4) return bytes.slice(0, length);
      continue;
    }
    const value = code < 128 ? (VALUE_BY_CODE[code] as number) : -1;
    if (value < 0) continue;
    pads = 0;
    if (position > 0) bytes[length++] = (left << (2 * position)) | (value >> (6 - 2 * position));
    left = value & (0x3f >> (2 * position));
    position = (position + 1) % 4;
    if (position === 0) left = 0;
  }
  return position === 0 ? bytes.slice(0, length) : undefined;
}
