import { MODEL_GRAPH } from './graph-outputs.ts';
import { type Field, MalformedModel, type ModelFile } from './model-file.ts';
import { bytesHead } from './protobuf-fields.ts';

/** One field of the graph and the fields that take its place. */
export interface Edit {
  readonly field: Field;
  readonly bytes: Buffer;
}

/**
 * Copy a model with some fields of its graph replaced; the rest is copied byte for byte.
 *
 * @throws {MalformedModel} when two edits are about the same bytes
 */
export function applyEdits(
  file: ModelFile,
  graph: Field,
  edits: readonly Edit[],
): Uint8Array<ArrayBuffer> {
  const growth = edits.reduce((sum, { field, bytes }) => sum + bytes.length - sizeOf(field), 0);
  const head = bytesHead(MODEL_GRAPH, graph.end - graph.valueStart + growth);
  const result = new Uint8Array(
    file.size + growth + head.length - (graph.valueStart - graph.start),
  );
  let read = 0;
  let written = 0;
  for (const { from, bytes, to } of [
    { from: graph.start, bytes: head, to: graph.valueStart },
    ...edits
      .map(({ field, bytes }) => ({ from: field.start, bytes, to: field.end }))
      .sort((a, b) => a.from - b.from),
    { from: file.size, bytes: new Uint8Array(0), to: file.size },
  ]) {
    if (from < read) throw new MalformedModel('one node makes several outputs');
    file.copyTo(result, written, read, from);
    written += from - read;
    result.set(bytes, written);
    written += bytes.length;
    read = to;
  }
  return result;
}

const sizeOf = ({ start, end }: Field): number => end - start;
