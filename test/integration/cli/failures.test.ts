import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { node, onnxModel, tensorType } from '../../helpers/onnx-proto.ts';
import { onnxModelFiles } from '../../helpers/published-model.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

const REGISTRY = ['--registry-uri', 'examples/registry'];
let root: string;
let closedPort: number;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'cli-failures-'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closedPort = (server.address() as { port: number }).port;
  await new Promise((resolve) => server.close(resolve));
});
afterAll(() => rmSync(root, { recursive: true }));

/** A model folder with these files. */
function folder(files: Readonly<Record<string, Buffer | string>>): string {
  const path = mkdtempSync(join(root, 'model-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

const newestOpset = (): Buffer =>
  onnxModel({
    nodes: [node('Identity', ['X'], ['Y'])],
    inputs: [['X', tensorType('float32', ['N', 1])]],
    outputs: [['Y', tensorType('float32', ['N', 1])]],
    opsets: { '': 99 },
  });

const PICKLE = 'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n  sklearn: {}\n';

describe('a command that cannot open its model', () => {
  it.each([
    {
      name: 'a URI of no known form',
      args: () => ['-m', 'models:/wine/1/2/3', ...REGISTRY],
      says: /model/,
    },
    {
      name: 'a model that is not there',
      args: () => ['-m', 'models:/whine/1', ...REGISTRY],
      says: /there is no registered model "whine"/,
    },
    {
      name: 'an alias that is not there',
      args: () => ['-m', 'models:/wine@chmpion', ...REGISTRY],
      says: /has no alias "chmpion"; it has: baseline, champion/,
    },
    {
      name: 'a registry that cannot be reached',
      args: () => ['-m', 'models:/wine/1', '--registry-uri', `http://127.0.0.1:${closedPort}`],
      says: /cannot reach http:\/\/127\.0\.0\.1:\d+.*connection refused/,
    },
    {
      name: 'a folder that is not there',
      args: () => ['-m', join(root, 'nowhere')],
      says: /there is no folder/,
    },
    {
      name: 'a name alone, which means a folder',
      args: () => ['-m', 'wine'],
      says: /there is no folder at wine; a registered model is written models:\/wine@champion, /,
    },
    {
      name: 'a folder without a model',
      args: () => ['-m', folder({ 'README.md': '' })],
      says: /MLmodel/,
    },
    {
      name: 'a flavor without a runtime',
      args: () => ['--runtime', 'node', '-m', folder({ MLmodel: PICKLE })],
      says: /flavor is sklearn; only onnx can be served: convert it .*, or let Python answer with --runtime auto/,
    },
    {
      name: 'Python code that nobody trusts',
      args: () => ['-m', folder({ MLmodel: PICKLE })],
      says: /is Python code \(sklearn, in a pickle\) from \/.*, and code from there is not trusted to run; .* add --trust \//,
    },
    {
      name: 'a trusted place that is none',
      args: () => ['--trust', 's3://', '-m', folder({ MLmodel: PICKLE })],
      says: /"s3:\/\/" is no place that can be trusted .*: expected s3:\/\/bucket\/prefix/,
    },
    {
      name: 'a model that does not say what it needs',
      args: () => ['--trust', root, '-m', folder({ MLmodel: PICKLE })],
      says: /there is no python_env\.yaml, requirements\.txt or conda\.yaml; write python_env\.yaml/,
    },
    {
      name: 'a corrupt MLmodel',
      args: () => ['-m', folder({ MLmodel: 'flavors: {onnx: [\n' })],
      says: /MLmodel/,
    },
    {
      name: 'a corrupt ONNX file',
      args: () => ['-m', folder(onnxModelFiles(linearModel().subarray(0, 60)))],
      says: /no ONNX model or is cut short/,
    },
    {
      name: 'an ONNX file that is not there',
      args: () => ['-m', folder({ MLmodel: String(onnxModelFiles('')['MLmodel']) })],
      says: /names as its ONNX model is missing/,
    },
    {
      name: 'an opset that is too new',
      args: () => ['-m', folder(onnxModelFiles(newestOpset()))],
      says: /opset 99/,
    },
  ])('says so in one line: $name', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await runCli(['serve', '-p', '0', ...args()]);

    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^mlflow-serverless: .*\n$/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
  });

  it.each([
    { uri: () => 'nowhere', says: /there is no folder at nowhere/ },
    { uri: () => 'package.json', says: /there is no folder at package\.json/ },
    { uri: () => folder({ 'README.md': '' }), says: /there is no readable MLmodel file in .*; / },
  ])('resolve says so in one line, too: $says', async ({ uri, says }) => {
    const { exitCode, stderr } = await runCli(['resolve', '-m', uri()]);

    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^mlflow-serverless: .*\n$/);
    expect(exitCode).toBe(1);
  });

  it('shows where the error comes from when asked to', async () => {
    const { stderr } = await runCli(['resolve', '-m', 'models:/whine/1', ...REGISTRY], {
      environment: { MLFLOW_SERVERLESS_DEBUG: '1' },
    });

    expect(stderr).toMatch(/\n\s+at /);
  });
});

describe('wrong usage', () => {
  it.each([
    { args: ['frobnicate'], says: /unknown command 'frobnicate'/ },
    { args: ['serve', '--frobnicate'], says: /unknown option '--frobnicate'; --help shows/ },
    {
      args: ['resolve', 'models:/wine/1'],
      says: /too many arguments for 'resolve': the model is named with -m; --help shows/,
    },
    { args: ['serv'], says: /unknown command 'serv' \(Did you mean serve\?\)/ },
    {
      args: ['serve', '-m', 'models:/wine/1', '-p', '65536'],
      says: /Expected a port number, 0 to 65535/,
    },
    { args: ['serve', '-m', 'models:/wine/1', '-w', '0'], says: /Expected a whole number above 0/ },
    { args: ['predict', '-m', 'models:/wine/1', '-t', 'xml'], says: /json, csv, parquet/ },
  ])('exits with 2 for $args', async ({ args, says }) => {
    const { exitCode, stderr } = await runCli(args);

    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^mlflow-serverless: .*\n$/);
    expect(exitCode).toBe(2);
  });

  it('exits with 2 when neither a model is named nor an endpoint.yaml is there', async () => {
    const { exitCode, stderr } = await runCli(['resolve'], { cwd: root });

    expect(stderr).toMatch(/^mlflow-serverless: no model is named: .*\n$/);
    expect(exitCode).toBe(2);
  });

  it('exits with 2 for a variable that cannot be read', async () => {
    const { exitCode, stderr } = await runCli(['resolve', '-m', 'models:/wine/1', ...REGISTRY], {
      environment: { MLFLOW_SERVERLESS_MAX_ROWS: 'many' },
    });

    expect(stderr).toBe(
      'mlflow-serverless: MLFLOW_SERVERLESS_MAX_ROWS is "many": expected a whole number above 0\n',
    );
    expect(exitCode).toBe(2);
  });

  it.each([
    [['--help']],
    [['serve', '--help']],
    [['--version']],
  ])('%j is no error', async (args) => {
    const { exitCode, stdout, stderr } = await runCli(args);

    expect(exitCode).toBe(0);
    expect(stdout).not.toBe('');
    expect(stderr).toBe('');
  });
});
