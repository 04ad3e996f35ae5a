import type { Edit } from './graph-edits.ts';
import {
  GRAPH_NODE,
  GRAPH_OUTPUT,
  GRAPH_VALUE_INFO,
  type GraphOutputs,
  type OtherOutput,
  valueName,
} from './graph-outputs.ts';
import type { ModelFile } from './model-file.ts';
import { bytesField, textField, varintField } from './protobuf-fields.ts';

/** ONNX's number of float, the only type ZipMap takes. */
const FLOAT = 1;

/**
 * Turn ZipMap and SequenceConstruct outputs into tensors.
 *
 * onnxruntime-node cannot return maps and sequences. Each such node becomes Identity nodes that
 * give its inputs the output's name, so whoever else uses those inputs is not disturbed, and ORT
 * removes the Identity again.
 *
 * @param outputs as `readGraphOutputs` found them and `planOutputs` accepted them
 * @throws {MalformedModel}
 */
export function outputEdits(file: ModelFile, { graph, others }: GraphOutputs): Edit[] {
  const edits = others.flatMap(editsOf);
  // What the graph notes about the changed values beside its outputs would contradict them.
  const names = new Set(others.map(({ name }) => name));
  for (const field of file.fields(graph.valueStart, graph.end)) {
    if (field.number !== GRAPH_VALUE_INFO || field.wireType !== 2) continue;
    if (names.has(valueName(file, field))) edits.push({ field, bytes: Buffer.alloc(0) });
  }
  return edits;
}

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
