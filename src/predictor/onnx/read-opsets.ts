import { statSync } from 'node:fs';
import { MalformedModel, type ModelFile, openModelFile } from './model-file.ts';

/** Field numbers. @see onnx/onnx.proto, `ModelProto` and `OperatorSetIdProto` */
const MODEL_OPSET = 8;
const OPSET_DOMAIN = 1;
const OPSET_VERSION = 2;

/** What ONNX calls its own operators; files leave the name out. */
const OWN_DOMAIN = 'ai.onnx';

/**
 * The operator sets that an ONNX file is written in: `{ 'ai.onnx': 17, 'ai.onnx.ml': 3 }`.
 *
 * Reads a few bytes; the graph and its weights are skipped.
 *
 * @returns undefined when the file names none, or is no ONNX file: what opens it says so
 * @throws {Error} of node:fs when the file cannot be read
 */
export function readOpsets(path: string): Readonly<Record<string, number>> | undefined {
  const file = openModelFile(path, statSync(path).size);
  const opsets: Record<string, number> = {};
  try {
    for (const field of file.fields(0, file.size)) {
      if (field.number !== MODEL_OPSET || field.wireType !== 2) continue;
      const { domain, version } = readOpset(file, field.valueStart, field.end);
      opsets[domain] = version;
    }
  } catch (error) {
    if (!(error instanceof MalformedModel)) throw error;
  } finally {
    file.close();
  }
  return Object.keys(opsets).length > 0 ? opsets : undefined;
}

function readOpset(file: ModelFile, start: number, end: number) {
  let domain = '';
  let version = 0;
  for (const field of file.fields(start, end)) {
    if (field.number === OPSET_DOMAIN && field.wireType === 2) domain = file.text(field);
    if (field.number === OPSET_VERSION && field.wireType === 0) version = Number(field.varint);
  }
  return { domain: domain === '' ? OWN_DOMAIN : domain, version };
}
