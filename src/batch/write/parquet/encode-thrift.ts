/** A value of a Thrift structure; fields of a struct go by ascending number. */
export type Thrift =
  | { readonly byte: number }
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly bool: boolean }
  | { readonly text: string }
  | { readonly list: readonly Thrift[] }
  /** A struct that was encoded before: values take far more memory than their bytes. */
  | { readonly encoded: Uint8Array }
  | ThriftStruct;

export interface ThriftStruct {
  readonly struct: readonly ThriftField[];
}

export type ThriftField = readonly [number: number, value: Thrift];

const TRUE = 1;
const FALSE = 2;
const STOP = 0;
/** A list of this many elements or more has its length apart. */
const LONG_LIST = 15;

/**
 * A struct in Thrift's compact protocol.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  const out: Output = { parts: [], bytes: [] };
  writeStruct(struct, out);
  return Buffer.concat([...out.parts, Uint8Array.from(out.bytes)]);
}

interface Output {
  readonly parts: Uint8Array[];
  /** Behind the parts. */
  bytes: number[];
}

function writeStruct({ struct }: ThriftStruct, out: Output): void {
  let last = 0;
  for (const [number, value] of struct) {
    // All numbers of the format's structs lie less than 16 apart.
    out.bytes.push(((number - last) << 4) | fieldType(value));
    last = number;
    if (!('bool' in value)) writeValue(value, out);
  }
  out.bytes.push(STOP);
}

function fieldType(value: Thrift): number {
  if ('bool' in value) return value.bool ? TRUE : FALSE;
  if ('byte' in value) return 3;
  if ('i32' in value) return 5;
  if ('i64' in value) return 6;
  if ('text' in value) return 8;
  return 'list' in value ? 9 : 12;
}

function writeValue(value: Thrift, out: Output): void {
  if ('byte' in value) out.bytes.push(value.byte);
  else if ('i32' in value) writeVarint(value.i32 * 2, out.bytes);
  else if ('i64' in value) writeVarint(value.i64 * 2, out.bytes);
  else if ('text' in value) writeText(value.text, out.bytes);
  else if ('list' in value) writeList(value.list, out);
  else if ('encoded' in value) writeEncoded(value.encoded, out);
  else if ('struct' in value) writeStruct(value, out);
}

function writeText(text: string, out: number[]): void {
  const bytes = Buffer.from(text);
  writeVarint(bytes.length, out);
  for (const byte of bytes) out.push(byte);
}

function writeEncoded(encoded: Uint8Array, out: Output): void {
  out.parts.push(Uint8Array.from(out.bytes), encoded);
  out.bytes = [];
}

function writeList(list: readonly Thrift[], out: Output): void {
  const type = list[0] === undefined ? fieldType({ struct: [] }) : fieldType(list[0]);
  out.bytes.push((Math.min(list.length, LONG_LIST) << 4) | type);
  if (list.length >= LONG_LIST) writeVarint(list.length, out.bytes);
  for (const item of list) writeValue(item, out);
}

/** Not negative; zigzag numbers come doubled. Beyond 32 bits bit operations do not reach. */
export function writeVarint(value: number, out: number[]): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  out.push(rest);
}
