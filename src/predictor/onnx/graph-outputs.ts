import type { Field, ModelFile } from './model-file.ts';

/** Field numbers of the messages we read. @see onnx/onnx.proto */
export const MODEL_GRAPH = 7;
export const GRAPH_NODE = 1;
export const GRAPH_OUTPUT = 12;
export const GRAPH_VALUE_INFO = 13;
const NODE_INPUT = 1;
const NODE_OUTPUT = 2;
const NODE_OPERATOR = 4;
const NODE_ATTRIBUTE = 5;
const ATTRIBUTE_NAME = 1;
const ATTRIBUTE_INTS = 8;
const ATTRIBUTE_STRINGS = 9;
const VALUE_NAME = 1;
const VALUE_TYPE = 2;
const TYPE_TENSOR = 1;
const TYPE_SEQUENCE = 4;
const ELEMENT_TYPE = 1;

/** An output that is no tensor, with the node that makes it. */
export interface OtherOutput {
  readonly name: string;
  readonly field: Field;
  /** ONNX's number of the tensors' type, when it is a sequence of tensors. */
  readonly sequenceOf: number | undefined;
  readonly node: GraphNode | undefined;
}

export interface GraphNode {
  readonly field: Field;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export interface GraphOutputs {
  readonly graph: Field;
  /** All of them, in the graph's order. */
  readonly names: readonly string[];
  readonly others: readonly OtherOutput[];
}

/**
 * List the outputs of a graph, and find the nodes behind those that are not tensors.
 *
 * Reads a few hundred bytes per node and nothing of the weights.
 *
 * @returns undefined when the file holds no graph, or more than one
 * @throws {MalformedModel}
 */
export function readGraphOutputs(file: ModelFile): GraphOutputs | undefined {
  let graph: Field | undefined;
  for (const field of file.fields(0, file.size)) {
    if (!isMessage(field, MODEL_GRAPH)) continue;
    if (graph !== undefined) return undefined;
    graph = field;
  }
  if (graph === undefined) return undefined;
  const nodes: Field[] = [];
  const outputs: Field[] = [];
  for (const field of within(file, graph)) {
    if (isMessage(field, GRAPH_NODE)) nodes.push(field);
    else if (isMessage(field, GRAPH_OUTPUT)) outputs.push(field);
  }
  const read = outputs.map((field) => readOutput(file, field));
  const wanted = new Set(read.filter(({ isTensor }) => !isTensor).map(({ name }) => name));
  const makers = wanted.size === 0 ? new Map() : findMakers(file, nodes, wanted);
  return {
    graph,
    names: read.map(({ name }) => name),
    others: read
      .filter(({ isTensor }) => !isTensor)
      .map(({ name, field, sequenceOf }) => ({ name, field, sequenceOf, node: makers.get(name) })),
  };
}

function readOutput(file: ModelFile, field: Field) {
  // Without a type ORT infers one, nearly always that of a tensor.
  let isTensor = true;
  let sequenceOf: number | undefined;
  for (const type of within(file, field)) {
    if (!isMessage(type, VALUE_TYPE)) continue;
    for (const kind of within(file, type)) {
      isTensor = kind.number === TYPE_TENSOR;
      if (isMessage(kind, TYPE_SEQUENCE)) sequenceOf = elementOfSequence(file, kind);
    }
  }
  return { name: valueName(file, field), field, isTensor, sequenceOf };
}

/** Name of a ValueInfoProto. */
export function valueName(file: ModelFile, value: Field): string {
  let name = '';
  for (const field of within(file, value)) {
    if (isMessage(field, VALUE_NAME)) name = file.text(field);
  }
  return name;
}

/** seq(tensor(T)) → T; undefined for sequences of anything else. */
function elementOfSequence(file: ModelFile, sequence: Field): number | undefined {
  for (const element of within(file, sequence)) {
    if (!isMessage(element, 1)) continue;
    for (const tensor of within(file, element)) {
      if (!isMessage(tensor, TYPE_TENSOR)) continue;
      for (const part of within(file, tensor)) {
        if (part.number === ELEMENT_TYPE && part.wireType === 0) return Number(part.varint);
      }
    }
  }
  return undefined;
}

function findMakers(file: ModelFile, nodes: readonly Field[], wanted: ReadonlySet<string>) {
  const makers = new Map<string, GraphNode>();
  for (const field of nodes) {
    const node = readNode(file, field);
    for (const output of node.outputs) if (wanted.has(output)) makers.set(output, node);
  }
  return makers;
}

function readNode(file: ModelFile, field: Field): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let operator = '';
  for (const part of within(file, field)) {
    if (isMessage(part, NODE_INPUT)) inputs.push(file.text(part));
    else if (isMessage(part, NODE_OUTPUT)) outputs.push(file.text(part));
    else if (isMessage(part, NODE_OPERATOR)) operator = file.text(part);
  }
  return { field, operator, inputs, outputs };
}

/** The class labels of a ZipMap node; one of the two lists is empty in a valid model. */
export function readLabels(file: ModelFile, node: Field): { ints: bigint[]; strings: string[] } {
  const ints: bigint[] = [];
  const strings: string[] = [];
  for (const attribute of within(file, node)) {
    if (!isMessage(attribute, NODE_ATTRIBUTE)) continue;
    const parts = [...within(file, attribute)];
    const name = parts.find((part) => isMessage(part, ATTRIBUTE_NAME));
    const label = name === undefined ? '' : file.text(name);
    if (label === 'classlabels_int64s') ints.push(...parts.flatMap((part) => intsOf(file, part)));
    if (label === 'classlabels_strings') {
      strings.push(...parts.filter((p) => isMessage(p, ATTRIBUTE_STRINGS)).map(file.text));
    }
  }
  return { ints, strings };
}

/** One int, or a packed run of them. */
function intsOf(file: ModelFile, part: Field): bigint[] {
  if (part.number !== ATTRIBUTE_INTS) return [];
  if (part.wireType === 0) return [BigInt.asIntN(64, part.varint)];
  return [...file.varints(part.valueStart, part.end)].map((value) => BigInt.asIntN(64, value));
}

const within = (file: ModelFile, { valueStart, end }: Field) => file.fields(valueStart, end);

const isMessage = (field: Field, number: number): boolean =>
  field.number === number && field.wireType === 2;
