/** `base64.encodebytes` breaks lines after 57 bytes, which are 76 characters. */
const LINE_BYTES = 57;

/** Bytes as JSON text: base64 with a line break after every line, the last one included. */
export function encodeBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < buffer.length; at += LINE_BYTES) {
    text += `${buffer.toString('base64', at, at + LINE_BYTES)}\\n`;
  }
  return `"${text}"`;
}
