/** A field of wire type 2 with these bytes. */
export const bytesField = (number: number, ...parts: readonly Uint8Array[]): Buffer => {
  const value = Buffer.concat(parts);
  return Buffer.concat([bytesHead(number, value.length), value]);
};

export const textField = (number: number, text: string): Buffer =>
  bytesField(number, Buffer.from(text));

export const varintField = (number: number, value: number): Buffer =>
  Buffer.concat([varint(number * 8), varint(value)]);

/** Tag and length of a field of wire type 2. */
export const bytesHead = (number: number, length: number): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(length)]);

/** Division, not shifts: a length may need more than 32 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
