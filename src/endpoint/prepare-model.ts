import { mkdir, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { readConfiguration } from '../config/environment.ts';
import { CONVERT_LOG, REPORT_JSON, REPORT_TEXT } from '../convert/proof-report.ts';
import { worstRows } from '../convert/report-text.ts';
import { type ErrorCode, ServingError } from '../errors.ts';
import type { MlModel } from '../model/mlmodel.ts';
import { findRuntime } from '../predictor/find-runtime.ts';
import type { ModelToPrepare, PreparedModel, PrepareModel } from '../publish/publish-options.ts';
import { convertFetched, type FetchedOptions } from './convert-model.ts';

/** What a conversion inside `publish` is asked with; where it works is said with each model. */
export type PreparerOptions = Omit<FetchedOptions, 'work' | 'target'>;

/** It is the model's nature that it cannot be converted: then Python serves it. */
const NOT_CONVERTIBLE: readonly ErrorCode[] = [
  'NOT_IMPLEMENTED',
  'INVALID_PARAMETER_VALUE',
  'INTERNAL_ERROR',
];

/**
 * What `publish` makes of a model: ONNX stays as it is, other flavors are converted where that can be proved, and
 * where it cannot (with `runtime: auto`) Python will serve them.
 */
export function createPreparer(options: PreparerOptions): PrepareModel {
  const { runtime } = readConfiguration(options.environment);
  return async (model) => {
    const { directory, mlmodel } = model;
    if (findRuntime(mlmodel, 'node') !== undefined) {
      return { directory, runtime: runtime === 'python' ? 'python' : 'node' };
    }
    if (runtime === 'python') return { directory, runtime: 'python' };
    try {
      return await convert(model, options);
    } catch (error) {
      if (runtime === 'node' || options.signal?.aborted || !isNature(error)) throw error;
      return {
        directory,
        runtime: 'python',
        note: `not converted, Python will serve it: ${error.message}`,
      };
    }
  };
}

const isNature = (error: unknown): error is ServingError =>
  error instanceof ServingError && NOT_CONVERTIBLE.includes(error.code);

async function convert(model: ModelToPrepare, options: PreparerOptions): Promise<PreparedModel> {
  const { directory, version, mlmodel, sha256, work } = model;
  const target = join(work, 'converted');
  await mkdir(work, { recursive: true });
  const fetched = { directory, version, mlmodel, originalSha256: sha256 };
  const { outcome, report } = await convertFetched(fetched, { ...options, work, target });
  if (outcome === 'refused') {
    throw new ServingError(
      'INVALID_PARAMETER_VALUE',
      `the converted model does not answer like the original (${report.proof.verdict}): ${worstRows(report.proof.worst, 1).slice(1).join(' ').replace(/\s+/g, ' ')}; see all with mlflow-serverless convert, take it with --allow-drift, or publish it with --runtime python`,
    );
  }
  return { directory: target, runtime: 'node', serving: await servingFiles(target, mlmodel) };
}

/** What ONNX Runtime needs of a converted model: no pickle is fetched where none is opened. */
async function servingFiles(target: string, { inputExample }: MlModel): Promise<string[]> {
  const entries = await readdir(target, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(target, join(parentPath, name)).split(sep).join('/'));
  const { path, servingPath } = inputExample ?? {};
  const named = new Set(['MLmodel', path, servingPath]);
  const forPeople = new Set([REPORT_JSON, REPORT_TEXT, CONVERT_LOG]);
  return files
    .filter((file) => named.has(file) || (file.startsWith('onnx/') && !forPeople.has(file)))
    .sort();
}
