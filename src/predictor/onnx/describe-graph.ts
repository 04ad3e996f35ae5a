import { statSync } from 'node:fs';
import { ELEMENT_TYPES, type ElementType } from './element-types.ts';
import { MODEL_GRAPH, valueName } from './graph-outputs.ts';
import { type Field, MalformedModel, type ModelFile, openModelFile } from './model-file.ts';

/** Field numbers. @see onnx/onnx.proto */
const GRAPH_INITIALIZER = 5;
const GRAPH_INPUT = 11;
const TENSOR_NAME = 8;
const TENSOR_EXTERNAL_DATA = 13;
const ENTRY_KEY = 1;
const ENTRY_VALUE = 2;
const VALUE_TYPE = 2;
const TYPE_TENSOR = 1;
const ELEMENT_TYPE = 1;

export interface GraphDescription {
  /** What a request must fill: initializers are not listed. */
  readonly inputs: readonly {
    readonly name: string;
    /** undefined: no tensor, or of a type that cannot be sent. */
    readonly type: ElementType | undefined;
  }[];
  /** Files beside it that hold weights, as the graph names them. */
  readonly externalFiles: readonly string[];
}

/**
 * Read what an ONNX file takes and which files belong to it, without ONNX Runtime and without its weights.
 *
 * Weights of subgraphs are not looked at.
 *
 * @returns undefined when it is no ONNX file
 * @throws {Error} of node:fs when the file cannot be read
 */
export function describeGraph(path: string): GraphDescription | undefined {
  const file = openModelFile(path, statSync(path).size);
  try {
    for (const field of file.fields(0, file.size)) {
      if (isMessage(field, MODEL_GRAPH)) return readGraph(file, field);
    }
    return undefined;
  } catch (error) {
    if (error instanceof MalformedModel) return undefined;
    throw error;
  } finally {
    file.close();
  }
}

function readGraph(file: ModelFile, graph: Field): GraphDescription {
  const inputs: { name: string; type: ElementType | undefined }[] = [];
  const weights = new Set<string>();
  const externalFiles = new Set<string>();
  for (const field of within(file, graph)) {
    if (isMessage(field, GRAPH_INPUT)) {
      inputs.push({ name: valueName(file, field), type: tensorType(file, field) });
    }
    if (!isMessage(field, GRAPH_INITIALIZER)) continue;
    for (const part of within(file, field)) {
      if (isMessage(part, TENSOR_NAME)) weights.add(file.text(part));
      if (!isMessage(part, TENSOR_EXTERNAL_DATA)) continue;
      const { key, value } = readEntry(file, part);
      if (key === 'location') externalFiles.add(value);
    }
  }
  return {
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    externalFiles: [...externalFiles],
  };
}

function readEntry(file: ModelFile, entry: Field): { key: string; value: string } {
  let key = '';
  let value = '';
  for (const part of within(file, entry)) {
    if (isMessage(part, ENTRY_KEY)) key = file.text(part);
    if (isMessage(part, ENTRY_VALUE)) value = file.text(part);
  }
  return { key, value };
}

function tensorType(file: ModelFile, input: Field): ElementType | undefined {
  for (const type of within(file, input)) {
    if (!isMessage(type, VALUE_TYPE)) continue;
    for (const kind of within(file, type)) {
      if (!isMessage(kind, TYPE_TENSOR)) continue;
      for (const element of within(file, kind)) {
        if (element.number !== ELEMENT_TYPE || element.wireType !== 0) continue;
        return (ELEMENT_TYPES as Record<number, ElementType>)[Number(element.varint)];
      }
    }
  }
  return undefined;
}

const within = (file: ModelFile, { valueStart, end }: Field) => file.fields(valueStart, end);

const isMessage = (field: Field, number: number): boolean =>
  field.number === number && field.wireType === 2;
