import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addOnnxFlavor } from './add-onnx-flavor.ts';
import {
  CONVERT_LOG,
  encodeReport,
  type ProofReport,
  REPORT_JSON,
  REPORT_TEXT,
} from './proof-report.ts';
import { reportText } from './report-text.ts';

/** What a converted model is made of. */
export interface ConvertedParts {
  /** The original model directory. */
  readonly original: string;
  /** What the converter wrote: model.onnx, conversion.json, weights. */
  readonly onnx: string;
  readonly onnxVersion: string;
  readonly report: ProofReport;
  readonly log: string;
}

/** Files of the converter that are of no use afterwards. */
const LEFT_OUT = new Set(['error.json', 'probes.json']);

/**
 * Write a converted model: the original, whole, and `onnx/` beside it, and the `onnx` flavor in its MLmodel.
 *
 * @param directory does not exist yet
 */
export async function assembleDirectory(directory: string, parts: ConvertedParts): Promise<void> {
  await addModel(directory, parts);
  const { report, log } = parts;
  await Promise.all([
    writeFile(join(directory, REPORT_JSON), encodeReport(report)),
    writeFile(join(directory, REPORT_TEXT), reportText(report)),
    writeFile(join(directory, CONVERT_LOG), log),
  ]);
}

/** The same without report and log: what is asked to prove itself. */
export async function addModel(
  directory: string,
  { original, onnx, onnxVersion }: Pick<ConvertedParts, 'original' | 'onnx' | 'onnxVersion'>,
): Promise<void> {
  await cp(original, directory, { recursive: true, dereference: false });
  await mkdir(join(directory, 'onnx'));
  await cp(onnx, join(directory, 'onnx'), {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(path.slice(onnx.length + 1)),
  });
  const path = join(directory, 'MLmodel');
  const text = await readFile(path, 'utf8');
  await chmod(path, 0o644); // a read-only original stays what it is; the copy is ours
  await writeFile(path, await addOnnxFlavor(text, onnxVersion));
}
