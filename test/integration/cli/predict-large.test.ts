import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STREAMED_FROM_BYTES } from '../../../src/cli/predict-streamed.ts';
import { runCli, startCli } from '../../helpers/run-cli.ts';
import { linearModel, scalarOutputModel } from '../../helpers/tiny-onnx.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const MLMODEL =
  'flavors: {onnx: {data: model.onnx}, python_function: {loader_module: mlflow.onnx}}';
let root: string;
let rows: string;
/** What is answered to the same rows from a pipe that is named as a file, which are one request. */
let whole: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'predict-large-'));
  putModel('linear', linearModel(3));
  putModel('scalar', scalarOutputModel());
  mkdirSync(join(root, 'out'));
  mkdirSync(join(root, 'tmp'));
  // The last column has integers in the first blocks and decimals in the last one.
  rows = putRows('rows.csv', (at) => `${at % 1000},${(at % 77) / 8},${at < 1e6 ? at % 9 : 0.5}`);
  const asked = ['predict', '-m', join(root, 'linear'), '-t', 'csv', '-i', '/dev/stdin'];
  whole = execFileSync(
    'sh',
    ['-c', 'cat "$0" | exec "$@"', rows, process.execPath, MAIN, ...asked],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
});
afterAll(() => rmSync(root, { recursive: true }));

function putModel(name: string, model: Buffer): void {
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, 'MLmodel'), MLMODEL);
  writeFileSync(join(root, name, 'model.onnx'), model);
}

/** A file that is just large enough. */
function putRows(name: string, row: (at: number) => string): string {
  const lines = ['a,b,c'];
  for (let at = 0, bytes = 0; bytes < STREAMED_FROM_BYTES; at++) {
    const line = row(at);
    lines.push(line);
    bytes += line.length + 1;
  }
  const path = join(root, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const args = (model: string, input: string, ...more: string[]): string[] => [
  ...['predict', '-m', join(root, model), '-t', 'csv', '-i', input],
  ...more,
];
const predict = (...line: Parameters<typeof args>) =>
  runCli(args(...line), {
    environment: { TMPDIR: join(root, 'tmp'), NODE_DISABLE_COMPILE_CACHE: '1' },
  });

const leftBehind = (): string[] => ['tmp', 'out'].flatMap((name) => readdirSync(join(root, name)));

describe('predict on a large CSV file', () => {
  it('prints byte for byte the answer to one request', async () => {
    const { exitCode, stdout, stderr } = await predict('linear', rows);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout === whole).toBe(true);
    expect(leftBehind()).toEqual([]);
  });

  it.each([
    { name: 'linear', exitCode: 0 },
    { name: 'scalar', exitCode: 1 },
  ])('reads a pipe into a file that is gone afterwards, with the model $name', async (expected) => {
    const piped = ['predict', '-m', join(root, expected.name), '-t', 'csv'];

    const { exitCode, stdout, stderr } = await runCli(piped, {
      stdin: readFileSync(rows, 'utf8'),
      environment: { TMPDIR: join(root, 'tmp'), NODE_DISABLE_COMPILE_CACHE: '1' },
    });

    expect(exitCode, stderr).toBe(expected.exitCode);
    if (exitCode === 0) expect(stdout === whole).toBe(true);
    else expect(stderr).toMatch(/outputs have different numbers of values/);
    expect(leftBehind()).toEqual([]);
  });

  it('says where a pipe could not be kept', async () => {
    const { exitCode, stderr } = await runCli(
      ['predict', '-m', join(root, 'linear'), '-t', 'csv'],
      {
        stdin: readFileSync(rows, 'utf8'),
        environment: { TMPDIR: join(root, 'nowhere'), NODE_DISABLE_COMPILE_CACHE: '1' },
      },
    );

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^mlflow-serverless: cannot write .*nowhere.*: there is no such file or folder\n$/,
    );
  });

  it('writes it into a file, through a link too, with the rights that the file had', async () => {
    const [file, link] = [join(root, 'out/answer.json'), join(root, 'out/link.json')];
    writeFileSync(file, 'old', { mode: 0o640 });
    symlinkSync(file, link);

    const { exitCode, stdout } = await predict('linear', rows, '-o', link);

    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(readFileSync(file, 'utf8') === whole).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(leftBehind()).toEqual(['answer.json', 'link.json']);
    rmSync(link);
    rmSync(file);
  });

  it('leaves a device in its place', async () => {
    expect(await predict('linear', rows, '-o', '/dev/null')).toMatchObject({ exitCode: 0 });

    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(leftBehind()).toEqual([]);
  });

  it('scores it as one request where the graph does not answer row by row', async () => {
    const { exitCode, stderr } = await predict('scalar', rows);

    // As MLflow's wrapper: outputs of different lengths make no table.
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/outputs have different numbers of values/);
    expect(leftBehind()).toEqual([]);
  });

  it('refuses a file that would be one request, and is too long for one', async () => {
    const huge = join(root, 'huge.csv');
    writeFileSync(huge, 'a,b,c\n1,2,3\n');
    truncateSync(huge, 2 ** 31);

    const { exitCode, stderr } = await predict('scalar', huge);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/depends on all of its rows together, and more than 2 GiB cannot/);
    rmSync(huge);
  });

  it.each([
    {
      name: 'a row that is too long',
      last: '1,2,3,4,5',
      says: /line \d{7}: 5 fields, expected at most 3/,
    },
    {
      name: 'a quote that is never closed',
      last: '1,"2,3',
      says: /line \d{7}: a quoted field is never closed/,
    },
    { name: 'text where there were numbers', last: '1,x,3', says: /float/ },
  ])('fails as one request does, and writes nothing: $name', async ({ last, says }) => {
    const spoilt = join(root, 'spoilt.csv');
    writeFileSync(spoilt, Buffer.concat([readFileSync(rows), Buffer.from(last)]));
    const output = join(root, 'out/answer.json');

    const { exitCode, stdout, stderr } = await predict('linear', spoilt, '-o', output);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(leftBehind()).toEqual([]);
  });

  it.each([
    { name: 'a folder that is not there', output: 'nowhere/out.json' },
    { name: 'a folder', output: '.' },
  ])('says that it cannot write to $name', async ({ output }) => {
    const { exitCode, stderr } = await predict('linear', rows, '-o', join(root, output));

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/cannot write \S+: (there is no such file or folder|it is a folder)/);
  });

  it('leaves nothing behind after ctrl-C in the middle', async () => {
    const output = join(root, 'out/answer.json');
    const running = startCli(args('linear', rows, '-o', output));
    const isBegun = (): boolean =>
      leftBehind().some((name) => statSync(join(root, 'out', name)).size > 0);
    while (!isBegun()) await sleep(5);
    running.child.kill('SIGINT');

    const { exitCode, stderr } = await running.ended;

    expect(stderr).toMatch(/interrupted: nothing was scored\n$/);
    expect(exitCode).toBe(130);
    expect(existsSync(output)).toBe(false);
    expect(leftBehind()).toEqual([]);
  });
});
