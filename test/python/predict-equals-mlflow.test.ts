import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { STREAMED_FROM_BYTES } from '../../src/cli/predict-streamed.ts';
import { runCli } from '../helpers/run-cli.ts';
import { logModels } from '../interop/logged-models.ts';

const MODELS = ['mixed_columns', 'long_columns', 'diabetes_double'];

const folder = mkdtempSync(join(tmpdir(), 'predict-equals-'));
const bin = ensurePythonEnvironment();
const PATH = `${bin}${delimiter}${process.env['PATH']}`;

beforeAll(() => {
  logModels(bin, join(folder, 'runs'), folder, MODELS, { MLFLOW_ALLOW_FILE_STORE: 'true' });
  execFileSync(join(bin, 'python'), ['test/python/predict_large.py', folder, ...MODELS], {
    env: { ...process.env, PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a large CSV file scored by predict, and by `mlflow models predict`', () => {
  it.each(MODELS)('has the same answer, byte for byte: %s', async (model) => {
    const [input, output] = [join(folder, `${model}.csv`), join(folder, `${model}.json`)];
    expect(statSync(input).size).toBeGreaterThan(STREAMED_FROM_BYTES);
    writeFileSync(output, '');
    const { ino } = statSync(output);

    const args = ['predict', '-m', join(folder, model), '-t', 'csv', '-i', input, '-o', output];
    const { exitCode, stderr } = await runCli(args);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const answer = readFileSync(output);
    const mlflow = readFileSync(join(folder, `${model}.answer`));
    expect(answer.equals(mlflow)).toBe(true);
    // Another file has taken its place, as is done with an answer that comes in pieces.
    expect(statSync(output).ino).not.toBe(ino);
  });
});
