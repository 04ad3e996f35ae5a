import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import type { BatchManifest } from '../../src/batch/batch-manifest.ts';
import { jobFolder } from '../../src/batch/job/output-names.ts';
import { runCli } from '../helpers/run-cli.ts';
import { compareAnswers } from '../interop/compare-answers.ts';
import { logModels } from '../interop/logged-models.ts';

/** Each with what MLflow takes for it; `rows` is Python code, the others are ONNX. */
const FORMATS = {
  wine_logistic: ['csv', 'jsonl', 'json'],
  wine_labels: ['csv', 'jsonl'],
  diabetes_double: ['csv', 'jsonl', 'json'],
  diabetes_tensor: ['jsonl'],
  mixed_columns: ['csv', 'jsonl', 'json'],
  long_columns: ['csv', 'jsonl'],
  conv_net: ['json'],
  rows: ['jsonl', 'json'],
};
const CASES = Object.entries(FORMATS).flatMap(([model, formats]) =>
  formats.map((format) => ({ model, format })),
);

const folder = mkdtempSync(join(tmpdir(), 'batch-equals-'));
const bin = ensurePythonEnvironment();
const PATH = `${bin}${delimiter}${process.env['PATH']}`;
let written: unknown;

/** All files, and what `mlflow models predict` answers to each. */
beforeAll(() => {
  const [pyfunc, onnx] = [['rows'], Object.keys(FORMATS).filter((name) => name !== 'rows')];
  logModels(bin, join(folder, 'runs'), folder, onnx, { MLFLOW_ALLOW_FILE_STORE: 'true' });
  const python = (args: string[]): string =>
    execFileSync(join(bin, 'python'), args, {
      env: { ...process.env, PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
  python(['test/python/make_models.py', folder, ...pyfunc]);
  const printed = python(['test/python/predict_files.py', folder, ...onnx, ...pyfunc]);
  written = JSON.parse(printed.trim().split('\n').at(-1) as string);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Integers exactly, keys in their order. Sums of trees differ in the last bit of a float32: the rows come in other portions. */
function difference(mlflow: string, ours: string): string | undefined {
  const answer = (body: string) => ({ status: 200, contentType: 'application/json', body });
  return compareAnswers(answer(mlflow), answer(ours)).difference;
}

/** Lines as MLflow's answer holds them: a model with a tensor signature has each of its outputs whole. */
function bodyOf(lines: readonly string[], answer: string): string {
  const [, output] = /^\{"predictions": \{("\w+"): /.exec(answer) ?? [];
  if (output === undefined) return `{"predictions": [${lines.join(', ')}]}`;
  const cells = lines.map((line) => line.slice(`{${output}: `.length, -1));
  return `{"predictions": {${output}: [${cells.join(', ')}]}}`;
}

async function score(model: string, file: string): Promise<string> {
  const isBody = file.endsWith('.json');
  const { stdout, stderr, exitCode } = await runCli(
    [
      ...['batch', '-m', join(folder, model), '-i', join(folder, file), '-o', join(folder, 'out')],
      ...(isBody ? [] : ['--no-inputs', '--output-format', 'jsonl', '--chunk-rows', '60']),
      ...['--workers', '2', '--json', '--trust', folder, '--env-manager', 'local'],
    ],
    { environment: { PATH } },
  );
  if (exitCode !== 0) throw new Error(stderr);
  const { rows, job, outputs } = JSON.parse(stdout) as BatchManifest;
  expect(rows.refused).toBe(0);
  return readFileSync(join(folder, 'out', jobFolder(file, job), outputs[0]?.path ?? ''), 'utf8');
}

describe('a file scored by batch, and by `mlflow models predict`', () => {
  it('is one that MLflow could be given', () => {
    expect(written).toEqual(FORMATS);
  });

  it.each(CASES)('has the same predictions: $format, $model', async ({ model, format }) => {
    const file = `${model}-rows.${format}`;
    const answer = readFileSync(join(folder, `${file}.answer`), 'utf8');

    const text = await score(model, file);

    const lines = text.trimEnd().split('\n');
    const body = format === 'json' ? text : bodyOf(lines, answer);
    expect(difference(answer, body)).toBeUndefined();
    expect(lines.length).toBe(format === 'json' ? 1 : 350);
  });
});
