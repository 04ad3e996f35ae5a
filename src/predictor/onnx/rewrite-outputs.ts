import {
  GRAPH_NODE,
  GRAPH_OUTPUT,
  GRAPH_VALUE_INFO,
  type GraphOutputs,
  MODEL_GRAPH,
  type OtherOutput,
  valueName,
} from './graph-outputs.ts';
import type { Field, ModelFile } from './model-file.ts';

/** ONNX's number of float, the only type ZipMap takes. */
const FLOAT = 1;

/** One field of the graph and what takes its place. */
interface Edit {
  readonly field: Field;
  readonly bytes: Buffer;
}

/**
 * Copy a model with its ZipMap and SequenceConstruct outputs turned into tensors.
 *
 * onnxruntime-node cannot return maps and sequences. Each such node becomes Identity nodes that
 * give its inputs the output's name, so whoever else uses those inputs is not disturbed, and ORT
 * removes the Identity again. Everything else, weights and references to external files included,
 * is copied byte for byte.
 *
 * @param outputs as `readGraphOutputs` found them and `planOutputs` accepted them
 * @throws {MalformedModel}
 */
export function rewriteOutputs(
  file: ModelFile,
  { graph, others }: GraphOutputs,
): Uint8Array<ArrayBuffer> {
  const edits = [...others.flatMap(editsOf), ...outdatedValueInfo(file, graph, others)];
  edits.sort((a, b) => a.field.start - b.field.start);
  const growth = edits.reduce((sum, { field, bytes }) => sum + bytes.length - sizeOf(field), 0);
  const head = bytesHead(MODEL_GRAPH, graph.end - graph.valueStart + growth);
  const result = new Uint8Array(
    file.size + growth + head.length - (graph.valueStart - graph.start),
  );
  let read = 0;
  let written = 0;
  for (const { from, bytes, to } of [
    { from: graph.start, bytes: head, to: graph.valueStart },
    ...edits.map(({ field, bytes }) => ({ from: field.start, bytes, to: field.end })),
    { from: file.size, bytes: Buffer.alloc(0), to: file.size },
  ]) {
    file.copyTo(result, written, read, from);
    written += from - read;
    result.set(bytes, written);
    written += bytes.length;
    read = to;
  }
  return result;
}

const sizeOf = ({ start, end }: Field): number => end - start;

function editsOf({ name, field, node, sequenceOf }: OtherOutput): Edit[] {
  if (node === undefined) return [];
  const isMaps = sequenceOf === undefined;
  const names = isMaps ? [name] : node.inputs.map((_, i) => `${name}/${i}`);
  const identities = names.map((output, i) =>
    bytesField(
      GRAPH_NODE,
      textField(1, node.inputs[i] ?? ''),
      textField(2, output),
      textField(4, 'Identity'),
    ),
  );
  const type = bytesField(2, bytesField(1, varintField(1, isMaps ? FLOAT : sequenceOf)));
  const outputs = names.map((output) => bytesField(GRAPH_OUTPUT, textField(1, output), type));
  return [
    { field: node.field, bytes: Buffer.concat(identities) },
    { field, bytes: Buffer.concat(outputs) },
  ];
}

/** What the graph notes about the changed values beside its outputs; it would contradict them. */
function outdatedValueInfo(file: ModelFile, graph: Field, others: readonly OtherOutput[]): Edit[] {
  const names = new Set(others.map(({ name }) => name));
  const edits: Edit[] = [];
  for (const field of file.fields(graph.valueStart, graph.end)) {
    if (field.number !== GRAPH_VALUE_INFO || field.wireType !== 2) continue;
    if (names.has(valueName(file, field))) edits.push({ field, bytes: Buffer.alloc(0) });
  }
  return edits;
}

const bytesField = (number: number, ...parts: readonly Uint8Array[]): Buffer => {
  const value = Buffer.concat(parts);
  return Buffer.concat([bytesHead(number, value.length), value]);
};

const textField = (number: number, text: string): Buffer => bytesField(number, Buffer.from(text));

const varintField = (number: number, value: number): Buffer =>
  Buffer.concat([varint(number * 8), varint(value)]);

/** Tag and length of a field of wire type 2. */
const bytesHead = (number: number, length: number): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(length)]);

/** Division, not shifts: a length may need more than 32 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
