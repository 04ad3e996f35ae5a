import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../errors.ts';
import { CONVERSION_FILE } from '../model/conversion.ts';
import { readMlModelMap, type YamlMap } from '../model/parse-mlmodel.ts';

/** Where the converted model lies in its directory. */
export const ONNX_FILE = 'onnx/model.onnx';

/**
 * Add the `onnx` flavor to the text of an MLmodel; every other byte stays as it is where the file is in the style
 * that MLflow writes.
 *
 * `python_function` stays, too: MLflow goes on answering as the original.
 *
 * @param onnxVersion of the package that wrote the file; MLflow wants it
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the file is no MLmodel
 */
export async function addOnnxFlavor(text: string, onnxVersion: string): Promise<string> {
  const flavor = {
    code: null,
    conversion: CONVERSION_FILE,
    data: ONNX_FILE,
    onnx_version: onnxVersion,
    providers: ['CPUExecutionProvider'],
  };
  const before = await readMlModelMap(text);
  const wanted = { ...before, flavors: { ...(before['flavors'] as YamlMap), onnx: flavor } };
  const inserted = insertLines(text, flavorLines(onnxVersion));
  if (inserted !== undefined && (await means(inserted, wanted))) return inserted;
  const rewritten = await rewrite(text, flavor);
  if (await means(rewritten, wanted)) return rewritten;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    'the onnx flavor cannot be added to the MLmodel file: it is not written as MLflow writes it; log the model again',
  );
}

const flavorLines = (onnxVersion: string): string[] => [
  'onnx:',
  '  code: null',
  `  conversion: ${CONVERSION_FILE}`,
  `  data: ${ONNX_FILE}`,
  `  onnx_version: '${onnxVersion}'`,
  '  providers:',
  '  - CPUExecutionProvider',
];

/** MLflow's style: keys in the order of the alphabet, each flavor two blanks in. */
function insertLines(text: string, added: readonly string[]): string | undefined {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(end);
  const start = lines.findIndex((line) => /^flavors:\s*$/.test(line)) + 1;
  const indent = /^( +)\S/.exec(lines[start] ?? '')?.[1];
  if (start === 0 || indent === undefined) return undefined;
  const isOver = (line: string): boolean => /^[^\s#]/.test(line);
  const stop = lines.findIndex((line, index) => index >= start && (isOver(line) || line === ''));
  const after = lines.findIndex((line, index) => {
    const name = line.startsWith(indent) ? /^\w+(?=:)/.exec(line.slice(indent.length))?.[0] : '';
    return index >= start && (stop < 0 || index < stop) && name !== undefined && name > 'onnx';
  });
  const place = after >= 0 ? after : stop >= 0 ? stop : lines.length;
  return lines.toSpliced(place, 0, ...added.map((line) => `${indent}${line}`)).join(end);
}

/** Any other style: the YAML library keeps comments and order, if not every blank. */
async function rewrite(text: string, flavor: object): Promise<string> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { schema: 'core', uniqueKeys: false });
  document.setIn(['flavors', 'onnx'], document.createNode(flavor));
  return document.toString({ lineWidth: 0 });
}

async function means(text: string, wanted: object): Promise<boolean> {
  const found = await readMlModelMap(text).catch(() => undefined); // the other way is tried then
  return isDeepStrictEqual(sorted(found), sorted(wanted));
}

/** Without the order of keys, and without prototypes. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
