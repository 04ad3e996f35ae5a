import { statSync } from 'node:fs';
import { ServingError } from '../../errors.ts';
import { applyEdits } from './graph-edits.ts';
import { readGraphOutputs } from './graph-outputs.ts';
import { MalformedModel, type ModelFile, openModelFile } from './model-file.ts';
import { type OutputPlan, planOutputs } from './output-plan.ts';
import { localeEdits } from './rewrite-locale.ts';
import { outputEdits } from './rewrite-outputs.ts';

export interface PreparedModel {
  /** The rewritten model; undefined when the file can be opened as it is. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** undefined: every output is a tensor. */
  readonly plan: readonly OutputPlan[] | undefined;
}

const AS_IT_IS: PreparedModel = { bytes: undefined, plan: undefined };

/**
 * Rewrite what onnxruntime-node, or this machine, cannot do with a model; mostly nothing.
 *
 * @param hasLocale false: the locale of the model's StringNormalizer is not installed
 * @throws {ServingError} NOT_IMPLEMENTED or INVALID_PARAMETER_VALUE for outputs that cannot be
 *   answered, or when the file is missing
 */
export function prepareModel(path: string, hasLocale = true): PreparedModel {
  const file = openFile(path);
  try {
    const outputs = readGraphOutputs(file);
    if (outputs === undefined) return AS_IT_IS;
    const plan = outputs.others.length > 0 ? planOutputs(file, outputs) : undefined;
    const edits = [
      ...(plan === undefined ? [] : outputEdits(file, outputs)),
      ...(hasLocale ? [] : localeEdits(file, outputs.graph)),
    ];
    if (edits.length === 0) return AS_IT_IS;
    return { plan, bytes: applyEdits(file, outputs.graph, edits) };
  } catch (error) {
    // Not for us to judge: ORT reads the file as it is and says what is wrong with it.
    if (error instanceof MalformedModel) return AS_IT_IS;
    throw error;
  } finally {
    file.close();
  }
}

/** Of files, and of links that lead nowhere or to themselves. */
const NOT_THERE = /^(ENOENT|ENOTDIR|ELOOP)$/;

function openFile(path: string): ModelFile {
  try {
    const found = statSync(path);
    // A named pipe would be waited for without end.
    if (!found.isFile()) {
      throw new ServingError(
        'INVALID_PARAMETER_VALUE',
        'what the MLmodel names as its ONNX model is no file; fetch or log the whole model directory',
      );
    }
    return openModelFile(path, found.size);
  } catch (cause) {
    if (!NOT_THERE.test(String((cause as NodeJS.ErrnoException).code))) throw cause;
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      'the file that the MLmodel names as its ONNX model is missing; fetch or log the whole model directory',
      { cause },
    );
  }
}
