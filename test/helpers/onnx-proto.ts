import { Buffer } from 'node:buffer';

/** Element types by the number ONNX gives them. @see onnx/onnx.proto, `TensorProto.DataType` */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** A fixed size, or the name of a free one. */
export type Dimension = number | string;

export type Attribute =
  | { readonly ints: readonly (number | bigint)[]; readonly isPacked?: boolean }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly int: number }
  | { readonly string: string };

export interface ExternalData {
  /** As written into the model: relative to its folder. */
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

const varint = (value: number | bigint): Buffer => {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Buffer.from(bytes);
};

/** Field of wire type 0. */
export const varintField = (field: number, value: number | bigint): Buffer =>
  Buffer.concat([varint(field << 3), varint(value)]);

/** Field of wire type 2. */
export const bytesField = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([varint((field << 3) | 2), varint(value.length), value]);

export const textField = (field: number, value: string): Buffer =>
  bytesField(field, Buffer.from(value));

const all = <T>(items: readonly T[], encode: (item: T) => Buffer): Buffer =>
  Buffer.concat(items.map(encode));

const float32Bytes = (values: readonly number[]): Buffer =>
  Buffer.from(Float32Array.from(values).buffer);

/** An initializer inside the model. Shapes: `values` has the product of `dims`. */
export const initializer = (
  name: string,
  dims: readonly number[],
  values: readonly number[],
  type: 'float32' | 'float64' = 'float32',
): Buffer =>
  Buffer.concat([
    all(dims, (d) => varintField(1, d)),
    varintField(2, ELEMENT_TYPES[type]),
    textField(8, name),
    bytesField(
      9,
      type === 'float32' ? float32Bytes(values) : new Uint8Array(Float64Array.from(values).buffer),
    ),
  ]);

/** A float32 initializer whose bytes lie in a file beside the model. */
export const externalInitializer = (
  name: string,
  dims: readonly number[],
  at: ExternalData,
): Buffer => {
  const entries = Object.entries({ ...at }).map(([key, value]) =>
    bytesField(13, Buffer.concat([textField(1, key), textField(2, String(value))])),
  );
  return Buffer.concat([
    all(dims, (d) => varintField(1, d)),
    varintField(2, ELEMENT_TYPES.float32),
    textField(8, name),
    ...entries,
    varintField(14, 1),
  ]);
};

const attribute = (name: string, value: Attribute): Buffer => {
  const head = textField(1, name);
  if ('int' in value) return Buffer.concat([head, varintField(3, value.int), varintField(20, 2)]);
  if ('string' in value) {
    return Buffer.concat([head, textField(4, value.string), varintField(20, 3)]);
  }
  if ('floats' in value) {
    return Buffer.concat([head, bytesField(7, float32Bytes(value.floats)), varintField(20, 6)]);
  }
  if ('strings' in value) {
    return Buffer.concat([head, all(value.strings, (s) => textField(9, s)), varintField(20, 8)]);
  }
  const ints = value.isPacked
    ? bytesField(8, all(value.ints, varint))
    : all(value.ints, (i) => varintField(8, i));
  return Buffer.concat([head, ints, varintField(20, 7)]);
};

export interface NodeOptions {
  readonly domain?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export const node = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  { domain = '', attributes = {} }: NodeOptions = {},
): Buffer =>
  Buffer.concat([
    all(inputs, (name) => textField(1, name)),
    all(outputs, (name) => textField(2, name)),
    textField(4, operator),
    all(Object.entries(attributes), ([name, value]) => bytesField(5, attribute(name, value))),
    domain === '' ? Buffer.alloc(0) : textField(7, domain),
  ]);

/** TypeProto of a tensor; without `dims` any rank fits. */
export const tensorType = (type: ElementType, dims?: readonly Dimension[]): Buffer => {
  const dimension = (d: Dimension): Buffer =>
    bytesField(1, typeof d === 'string' ? textField(2, d) : varintField(1, d));
  const shape = dims === undefined ? Buffer.alloc(0) : bytesField(2, all(dims, dimension));
  return bytesField(1, Buffer.concat([varintField(1, ELEMENT_TYPES[type]), shape]));
};

/** TypeProto of `seq(map(key, float))`, what ZipMap returns. */
export const sequenceOfMapsType = (key: 'int64' | 'string'): Buffer => {
  const map = Buffer.concat([
    varintField(1, ELEMENT_TYPES[key]),
    bytesField(2, tensorType('float32', [])),
  ]);
  return bytesField(4, bytesField(1, bytesField(5, map)));
};

/** TypeProto of `seq(tensor)`. */
export const sequenceType = (type: ElementType): Buffer =>
  bytesField(4, bytesField(1, tensorType(type)));

/** TypeProto of `optional(tensor)`. */
export const optionalType = (type: ElementType): Buffer =>
  bytesField(9, bytesField(1, tensorType(type)));

export interface GraphOptions {
  readonly nodes: readonly Buffer[];
  /** Name and TypeProto. */
  readonly inputs: readonly (readonly [string, Buffer])[];
  readonly outputs: readonly (readonly [string, Buffer])[];
  readonly initializers?: readonly Buffer[];
  /** Domain → version. @default opset 17 and ai.onnx.ml 3 */
  readonly opsets?: Readonly<Record<string, number>>;
}

/** A whole ModelProto. */
export function onnxModel({ nodes, inputs, outputs, initializers = [], opsets }: GraphOptions) {
  const valueInfo = (field: number) => (value: readonly [string, Buffer]) =>
    bytesField(field, Buffer.concat([textField(1, value[0]), bytesField(2, value[1])]));
  const graph = Buffer.concat([
    all(nodes, (n) => bytesField(1, n)),
    textField(2, 'g'),
    all(initializers, (t) => bytesField(5, t)),
    all(inputs, valueInfo(11)),
    all(outputs, valueInfo(12)),
  ]);
  const opset = ([domain, version]: readonly [string, number]) =>
    bytesField(8, Buffer.concat([textField(1, domain), varintField(2, version)]));
  return Buffer.concat([
    varintField(1, 8),
    bytesField(7, graph),
    all(Object.entries(opsets ?? { '': 17, 'ai.onnx.ml': 3 }), opset),
  ]);
}
