import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onnxModelFiles } from '../../helpers/published-model.ts';
import { runCli, startCli } from '../../helpers/run-cli.ts';
import { linearModel } from '../../helpers/tiny-onnx.ts';

const EXAMPLES = ['--registry-uri', 'examples/registry'];
const EXAMPLE_FOLDER = 'examples/registry/models/wine/versions/1/model';
const EXAMPLE_BODY = `${EXAMPLE_FOLDER}/serving_input_example.json`;

let root: string;
let to: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'cli-publish-'));
});
beforeEach(() => {
  to = mkdtempSync(join(root, 'registry-'));
});
afterAll(() => rmSync(root, { recursive: true }));

const publish = (...args: string[]) => runCli(['publish', '--to', to, ...args]);

function modelFolder(files: Readonly<Record<string, Buffer | string>>): string {
  const path = mkdtempSync(join(root, 'model-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

describe('publish', () => {
  it('copies what an alias means, and what was published answers as before', async () => {
    const published = await publish('-m', 'models:/wine@champion', ...EXAMPLES);
    const args = ['predict', '-i', EXAMPLE_BODY, '-m', 'models:/wine/2'];
    const [there, here] = await Promise.all([
      runCli([...args, ...EXAMPLES]),
      runCli([...args, '--registry-uri', to]),
    ]);

    expect(published.exitCode).toBe(0);
    expect(published.stdout).toMatch(
      /^published models:\/wine\/2; it has answered its own input example\n {2}7 files, [\d.]+ KiB, in .*\nnext:\n {2}mlflow-serverless promote models:\/wine\/2 --alias champion --to \S+\n$/,
    );
    expect(published.stderr).toMatch(/^downloading .*\nopening the model\nuploading .*\n$/);
    expect(here).toEqual(there);
    expect(here.exitCode).toBe(0);
  });

  it('writes nothing the second time, and says so to scripts', async () => {
    await publish('-m', 'models:/wine/1', ...EXAMPLES);
    const again = await publish('-m', 'models:/wine/1', ...EXAMPLES, '--json');

    expect(JSON.parse(again.stdout)).toEqual({
      outcome: 'unchanged',
      name: 'wine',
      version: '1',
      registry: to,
      uri: expect.stringMatching(/\/models\/wine\/versions\/1\/[0-9a-f]{16}$/),
      files: 7,
      bytes: 4158,
      runtime: 'node',
    });
  });

  it('says that rows were not compared with a version that was published before', async () => {
    await publish('-m', 'models:/wine/1', ...EXAMPLES);
    const rows = join(to, 'rows.csv');
    writeFileSync(rows, 'a\n1\n');

    const again = await publish('-m', 'models:/wine/1', ...EXAMPLES, '--check', rows);

    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain('warning: the rows of --check were not compared');
  });

  it('does not call a version that is published for Python fit for Node', async () => {
    await publish('-m', 'models:/wine/1', ...EXAMPLES);
    const manifest = join(to, 'models/wine/versions/1/manifest.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('"runtime": "node"', '"runtime": "python"'));

    const again = await publish('-m', 'models:/wine/1', ...EXAMPLES, '--runtime', 'node');

    expect(again.exitCode).toBe(1);
    expect(again.stderr).toMatch(/models:\/wine\/1 is published already, to be served with Python/);
  });

  it('publishes a folder under the name and the version it is given', async () => {
    const folder = ['-m', EXAMPLE_FOLDER];
    const without = await publish(...folder);
    const published = await publish(...folder, '--name', 'vin n° 3', '--version', '7');
    const resolved = await runCli([
      'resolve',
      '-m',
      'models:/vin n° 3/latest',
      '--registry-uri',
      to,
    ]);

    expect(without).toMatchObject({ exitCode: 2, stdout: '' });
    expect(without.stderr).toContain('--name wine --version 1');
    expect(published.stdout).toContain("promote 'models:/vin n° 3/7' --alias champion");
    expect(resolved.stdout).toMatch(/\nversion +7\n/);
  });

  it('refuses other files under a version that is there', async () => {
    await publish('-m', 'models:/wine/1', ...EXAMPLES);
    const other = await publish(
      '-m',
      EXAMPLE_FOLDER.replace('/1/', '/2/'),
      '--name',
      'wine',
      '--version',
      '1',
    );

    expect(other).toMatchObject({ exitCode: 1, stdout: '' });
    expect(other.stderr).toMatch(
      /version 1 of model "wine" is published in .* already, with other files \("MLmodel" has other bytes, "model\.onnx" has other bytes\); a published version never changes/,
    );
  });

  it.each([
    {
      name: 'cannot be served',
      files: {
        MLmodel:
          'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n  sklearn:\n    pickled_model: model.pkl\n',
        'model.pkl': 'x',
      },
      says: /is Python code \(sklearn, in a pickle\) from \/.*, and code from there is not trusted to run/,
    },
    {
      name: 'cannot be opened',
      files: onnxModelFiles('this is no ONNX file'),
      says: /mlflow-serverless: .*model/,
    },
    {
      name: 'cannot answer its own example',
      files: onnxModelFiles(linearModel(), '{"inputs": [[1.0, 2.0]]}'),
      says: /version 1 of model "x" cannot answer its own input example: .*--allow-failing-example/,
    },
    { name: 'is none', files: { 'README.md': 'x' }, says: /no readable MLmodel file/ },
  ])('refuses a model that $name, in one line', async ({ files, says }) => {
    const refused = await publish('-m', modelFolder(files), '--name', 'x', '--version', '1');

    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr.split('\n').at(-2)).toMatch(says);
    expect(existsSync(join(to, 'models'))).toBe(false);
  });

  it('publishes a model with a failing example or none, if it must, with a warning', async () => {
    const failing = modelFolder(onnxModelFiles(linearModel(), '{"inputs": [[1.0, 2.0]]}'));
    const allowed = await publish(
      '-m',
      failing,
      '--name',
      'x',
      '--version',
      '1',
      '--allow-failing-example',
    );
    const silent = modelFolder(onnxModelFiles(linearModel()));
    const without = await publish('-m', silent, '--name', 'x', '--version', '2');

    expect(allowed.exitCode).toBe(0);
    expect(allowed.stderr).toMatch(/warning: the model cannot answer its own input example: /);
    expect(without.exitCode).toBe(0);
    expect(without.stderr).toMatch(/warning: the model has no input example/);
  });

  it.each([
    { args: ['-m', 'wine'], says: 'models:/wine@champion, models:/wine/3 or models:/wine/latest' },
    { args: ['-m', 'models:/wine/12', ...EXAMPLES], says: 'has no version 12; its latest is 2' },
    { args: ['-m', 'models:/wine@chmpion', ...EXAMPLES], says: 'it has: baseline, champion' },
    {
      args: ['-m', 'models:/wine/1', '--registry-uri', 'localhost:5000'],
      says: 'is http:// (or https://) missing before localhost:5000?',
    },
  ])('answers a typo with what was meant: $args', async ({ args, says }) => {
    const { exitCode, stderr, stdout } = await publish(...args);

    expect(stderr).toContain(says);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });

  it('says when the target cannot be written to', async () => {
    writeFileSync(join(to, 'models'), 'a file where a folder must be');

    const { exitCode, stderr } = await publish('-m', 'models:/wine/1', ...EXAMPLES);
    expect(stderr).toMatch(/mlflow-serverless: [^\n]+\n$/);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });

  it('leaves nothing behind after ctrl-C', async () => {
    const temporary = join(root, 'tmp');
    mkdirSync(temporary, { recursive: true });
    const big = modelFolder({
      ...onnxModelFiles(linearModel()),
      'weights.bin': Buffer.alloc(2 ** 27),
    });
    const args = ['publish', '-m', big, '--to', to, '--name', 'big', '--version', '1'];
    const running = startCli(args, { environment: { TMPDIR: temporary } });
    while (!readdirSync(temporary).some((name) => name.includes('.partial-'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    running.child.kill('SIGINT');

    const { exitCode, stderr } = await running.ended;
    expect(stderr).toMatch(/mlflow-serverless: interrupted: nothing of it is visible\n$/);
    expect(exitCode).toBe(130);
    expect(readdirSync(temporary).filter((name) => name.includes('.partial-'))).toEqual([]);
    expect(existsSync(join(to, 'models/big/versions/1/manifest.json'))).toBe(false);
  });
});
