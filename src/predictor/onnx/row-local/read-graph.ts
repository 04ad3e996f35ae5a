import { statSync } from 'node:fs';
import { MODEL_GRAPH } from '../graph-outputs.ts';
import { type Field, MalformedModel, type ModelFile, openModelFile } from '../model-file.ts';

/** What a graph does, without its weights. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly constants: ReadonlyMap<string, Constant>;
  /** Number of dimensions by name; undefined where the graph does not tell. */
  readonly inputs: ReadonlyMap<string, number | undefined>;
  readonly outputs: readonly string[];
  /** Whether anything in it may be of float64. */
  readonly hasDoubles: boolean;
}

export interface GraphNode {
  readonly operator: string;
  /** '' for ONNX's own. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of ONNX's own operators. */
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  readonly ints: readonly number[];
  readonly tensor: Constant | undefined;
}

export interface Constant {
  readonly dims: readonly number[];
  /** Of a short list of integers. */
  readonly ints: readonly number[] | undefined;
  readonly isDouble: boolean;
}

/** Field numbers. @see onnx/onnx.proto */
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparse: 15 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5, domain: 7 } as const;
const ATTRIBUTE = { name: 1, int: 3, tensor: 5, ints: 8 } as const;
const TENSOR = { dims: 1, type: 2, ints64: 7, name: 8, raw: 9 } as const;
const INT64 = 7;
const DOUBLE = 11;
/** Longer lists are weights; bytes. */
const MAX_LIST_BYTES = 512;

/** @returns undefined when it is no ONNX file with one graph, or has sparse weights */
export function readGraph(path: string): Graph | undefined {
  const file = openModelFile(path, statSync(path).size);
  try {
    const graphs = [...file.fields(0, file.size)].filter(({ number }) => number === MODEL_GRAPH);
    return graphs.length === 1 ? graphOf(file, graphs[0] as Field) : undefined;
  } catch (error) {
    if (error instanceof MalformedModel) return undefined;
    throw error;
  } finally {
    file.close();
  }
}

function graphOf(file: ModelFile, graph: Field): Graph | undefined {
  const nodes: GraphNode[] = [];
  const constants = new Map<string, Constant>();
  const inputs = new Map<string, number | undefined>();
  const outputs: string[] = [];
  let hasDoubles = false;
  for (const field of within(file, graph)) {
    if (field.number === GRAPH.sparse) return undefined;
    if (field.number === GRAPH.node) nodes.push(nodeOf(file, field));
    else if (field.number === GRAPH.output) outputs.push(textIn(file, field, 1));
    else if (field.number === GRAPH.input) {
      inputs.set(textIn(file, field, 1), rankOf(file, field));
      hasDoubles ||= typeOf(file, field) === DOUBLE;
    } else if (field.number === GRAPH.initializer) {
      constants.set(textIn(file, field, TENSOR.name), constantOf(file, field));
    }
  }
  for (const name of constants.keys()) inputs.delete(name);
  hasDoubles ||=
    nodes.some(makesDoubles) || [...constants.values()].some(({ isDouble }) => isDouble);
  return { nodes, constants, inputs, outputs, hasDoubles };
}

/** A cast or a constant does; other operators make what they are given. */
const makesDoubles = ({ attributes }: GraphNode): boolean =>
  attributes.get('to')?.ints[0] === DOUBLE ||
  [...attributes.values()].some(({ tensor }) => tensor?.isDouble);

function nodeOf(file: ModelFile, node: Field): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, Attribute>();
  const attributeFields: Field[] = [];
  let [operator, domain] = ['', ''];
  for (const field of within(file, node)) {
    if (field.number === NODE.input) inputs.push(file.text(field));
    else if (field.number === NODE.output) outputs.push(file.text(field));
    else if (field.number === NODE.operator) operator = file.text(field);
    else if (field.number === NODE.domain) domain = file.text(field);
    else if (field.number === NODE.attribute) attributeFields.push(field);
  }
  const isOwn = domain === '' || domain === 'ai.onnx';
  // Those of others are whole trees, and nobody asks for them.
  for (const field of isOwn ? attributeFields : []) {
    attributes.set(textIn(file, field, ATTRIBUTE.name), attributeOf(file, field));
  }
  return { operator, domain: isOwn ? '' : domain, inputs, outputs, attributes };
}

function attributeOf(file: ModelFile, attribute: Field): Attribute {
  const ints: number[] = [];
  let tensor: Constant | undefined;
  for (const field of within(file, attribute)) {
    const { number } = field;
    if (number === ATTRIBUTE.tensor) tensor = constantOf(file, field);
    if (number === ATTRIBUTE.ints || number === ATTRIBUTE.int) ints.push(...intsOf(file, field));
  }
  return { ints, tensor };
}

function constantOf(file: ModelFile, tensor: Field): Constant {
  const dims: number[] = [];
  let ints: number[] | undefined;
  let type = 0;
  let raw: Field | undefined;
  for (const field of within(file, tensor)) {
    const isShort = field.end - field.valueStart <= MAX_LIST_BYTES;
    if (field.number === TENSOR.dims) dims.push(...intsOf(file, field));
    else if (field.number === TENSOR.type) type = Number(field.varint);
    else if (field.number === TENSOR.ints64 && isShort) {
      ints = [...(ints ?? []), ...intsOf(file, field)];
    } else if (field.number === TENSOR.raw && isShort) raw = field;
  }
  if (type === INT64 && raw !== undefined) ints = rawInts(file, raw);
  return { dims, ints, isDouble: type === DOUBLE };
}

/** One int, or a packed run of them. */
function intsOf(file: ModelFile, field: Field): number[] {
  const values =
    field.wireType === 0 ? [field.varint] : [...file.varints(field.valueStart, field.end)];
  return values.map((value) => Number(BigInt.asIntN(64, value)));
}

function rawInts(file: ModelFile, { valueStart, end }: Field): number[] {
  const bytes = Buffer.alloc(end - valueStart);
  file.copyTo(bytes, 0, valueStart, end);
  return Array.from({ length: bytes.length >> 3 }, (_, at) => Number(bytes.readBigInt64LE(8 * at)));
}

/** Of a ValueInfoProto: type → tensor_type. */
function tensorOf(file: ModelFile, input: Field): Field | undefined {
  const type = fieldIn(file, input, 2);
  return type && fieldIn(file, type, 1);
}

/** Of its elements. */
function typeOf(file: ModelFile, input: Field): number | undefined {
  const tensor = tensorOf(file, input);
  const type = tensor && fieldIn(file, tensor, 1);
  return type && Number(type.varint);
}

/** Of its shape's dims. */
function rankOf(file: ModelFile, input: Field): number | undefined {
  const tensor = tensorOf(file, input);
  const shape = tensor && fieldIn(file, tensor, 2);
  return shape && [...within(file, shape)].filter(({ number }) => number === 1).length;
}

const within = (file: ModelFile, { valueStart, end }: Field) => file.fields(valueStart, end);

function fieldIn(file: ModelFile, message: Field, number: number): Field | undefined {
  for (const field of within(file, message)) if (field.number === number) return field;
  return undefined;
}

function textIn(file: ModelFile, message: Field, number: number): string {
  const field = fieldIn(file, message, number);
  return field === undefined ? '' : file.text(field);
}
