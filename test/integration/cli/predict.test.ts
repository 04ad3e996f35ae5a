import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

/** Y = a + 2 b. */
const MLMODEL = `flavors:
  onnx: {data: model.onnx}
  python_function: {data: model.onnx, loader_module: mlflow.onnx}
signature:
  inputs: '[{"type": "double", "name": "a", "required": true}, {"type": "double", "name": "b", "required": true}]'
  outputs: null
  params: null
`;
let root: string;
let model: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cli-predict-'));
  model = join(root, 'model');
  mkdirSync(model);
  writeFileSync(join(model, 'MLmodel'), MLMODEL);
  writeFileSync(join(model, 'model.onnx'), linearModel(2));
});
afterAll(() => rmSync(root, { recursive: true }));

const predict = (args: readonly string[], stdin?: string) =>
  runCli(['predict', '-m', model, ...args], stdin === undefined ? {} : { stdin });

describe('predict', () => {
  it('reads JSON from standard input and prints nothing but the predictions', async () => {
    expect(
      await predict([], '{"dataframe_split": {"columns": ["b", "a"], "data": [[2, 1]]}}'),
    ).toEqual({
      exitCode: 0,
      stdout: '{"predictions": [{"Y": 5.0}]}',
      stderr: '',
    });
  });

  it('names -t when a CSV file was read as JSON', async () => {
    const input = join(root, 'untyped.csv');
    writeFileSync(input, 'a,b\n1.5,2.0\n');

    const { exitCode, stderr } = await predict(['-i', input]);

    expect(stderr).toMatch(/^mlflow-serverless: .*; it was read as json: does -t csv help\?\n$/);
    expect(exitCode).toBe(1);
  });

  it('reads and writes files', async () => {
    const input = join(root, 'rows.csv');
    const output = join(root, 'predictions.json');
    writeFileSync(input, 'a,b\n1.5,2.0\n');

    const { exitCode, stdout } = await predict(['-t', 'csv', '-i', input, '-o', output]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(readFileSync(output, 'utf8')).toBe('{"predictions": [{"Y": 5.5}]}');
  });

  // As MLflow's: its server types CSV by the signature, its command does not, and an int column is no double one.
  it('reads CSV without the types of the signature', async () => {
    const { exitCode, stdout, stderr } = await predict(['-t', 'csv'], 'a,b\n1,2\n');

    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^mlflow-serverless: column "[ab]": expected .* double, not of dtype int64\n$/,
    );
  });

  it.each([
    { name: 'a wrong body', args: [], stdin: '{oops', says: /not valid JSON/ },
    {
      name: 'no input file',
      args: ['-i', 'nowhere.json'],
      says: /cannot read nowhere\.json: there is no such file/,
    },
    {
      name: 'a wrong place for the output',
      args: ['-o', 'nowhere/out.json'],
      stdin: '{"inputs": {"a": [1.0], "b": [1.0]}}',
      says: /cannot write nowhere\/out\.json/,
    },
  ])('exits with 1 after $name', async ({ args, stdin, says }) => {
    const { exitCode, stdout, stderr } = await predict(args, stdin);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(says);
  });
});

describe('resolve', () => {
  it('says what an alias means now, where it lies, and what the model says of itself', async () => {
    const { exitCode, stdout } = await runCli([
      'resolve',
      '-m',
      'models:/wine@champion',
      '--registry-uri',
      'examples/registry',
      '--json',
    ]);

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      uri: 'models:/wine@champion',
      name: 'wine',
      version: '2',
      source: expect.stringMatching(/wine\/versions\/2\/model$/),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      flavors: ['onnx', 'python_function'],
      inputs: expect.arrayContaining(['alcohol: double']),
    });
  });

  it('prints a table for people', async () => {
    const { stdout } = await runCli(['resolve', '-m', model]);

    expect(stdout).toMatch(
      /^uri {13}\S+\nname {12}model\nsource {10}.*\nflavors {9}onnx, python_function\nruntime {9}onnx\ninputs {10}a: double, b: double\n$/,
    );
  });
});
