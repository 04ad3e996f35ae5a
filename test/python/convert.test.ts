import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';
import { processesWith } from './processes-with.ts';

let root: string;
let python: string;
let environment: Readonly<Record<string, string>>;

beforeAll(() => {
  const bin = ensurePythonEnvironment('interop');
  python = join(bin, 'python');
  root = mkdtempSync(join(tmpdir(), 'convert-'));
  execFileSync(python, [resolve('test/python/make_convertible.py'), root], { stdio: 'ignore' });
  environment = {
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
    MLFLOW_SERVERLESS_ENV_MANAGER: 'local',
  };
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const path = (name: string): string => join(root, name);
const convert = (model: string, output: string, ...more: string[]) =>
  runCli(['convert', '-m', path(model), '-o', path(output), ...more], { environment });
const trusted = (model: string, output: string, ...more: string[]) =>
  convert(model, output, '--trust', root, ...more);

/** A copy of a model in which one file is another. */
function changed(name: string, file: string, change: (text: string) => string): string {
  cpSync(path('trees'), path(name), { recursive: true });
  writeFileSync(path(`${name}/${file}`), change(readFileSync(path(`${name}/${file}`), 'utf8')));
  return name;
}

describe('convert', () => {
  it('writes the original with ONNX beside it, proved, and MLflow still answers with the original', async () => {
    const { exitCode, stdout, stderr } = await trusted('trees', 'out', '--check', path('rows.csv'));

    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('answers like the original');
    const report = JSON.parse(readFileSync(path('out/onnx/report.json'), 'utf8'));
    expect(report).toMatchObject({ flavor: 'lightgbm', proof: { verdict: 'equal' } });
    const rows = (source: string): number =>
      report.proof.sources.find((found: { source: string }) => found.source === source)?.rows;
    expect(rows('ordinary rows')).toBeGreaterThanOrEqual(1000);
    expect(rows('check rows.csv')).toBe(20);
    for (const file of readdirSync(path('trees')).filter((name) => name !== 'MLmodel')) {
      expect(readFileSync(path(`out/${file}`)).equals(readFileSync(path(`trees/${file}`)))).toBe(
        true,
      );
    }
    const script =
      'import sys, mlflow, mlflow.onnx, pandas as pd; d = sys.argv[1]; mlflow.onnx.load_model(d); ' +
      'print(mlflow.pyfunc.load_model(d).predict(pd.read_csv(sys.argv[2])[:2]).tolist())';
    const theirs = execFileSync(python, ['-c', script, path('out'), path('rows.csv')], {
      encoding: 'utf8',
    });
    const ours = await runCli(['predict', '-m', path('out'), '-t', 'csv', '-i', path('rows.csv')], {
      environment,
    });
    expect(JSON.parse(ours.stdout).predictions.slice(0, 2)).toEqual(JSON.parse(theirs));
  });

  it('has nothing to do for a folder that holds the same model, and keeps out of any other', async () => {
    const again = await trusted('trees', 'out');
    mkdirSync(path('full'));
    writeFileSync(path('full/mine.txt'), 'mine');
    const full = await trusted('trees', 'full');

    const sameRows = await trusted('trees', 'out', '--check', path('rows.csv'));
    const [header, first] = readFileSync(path('rows.csv'), 'utf8').split('\n');
    writeFileSync(path('other.csv'), `${header}\n${first}\n`);
    const otherRows = await trusted('trees', 'out', '--check', path('other.csv'));

    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to do') });
    expect(sameRows).toMatchObject({ exitCode: 0 });
    expect(otherRows).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('without a comparison on the rows of other.csv'),
    });
    expect(full).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is not empty') });
    expect(readdirSync(path('full'))).toEqual(['mine.txt']);
  });

  it('converts the same model to the same bytes', async () => {
    const { exitCode } = await trusted('trees', 'twice', '--check', path('rows.csv'));

    expect(exitCode).toBe(0);
    for (const file of ['MLmodel', 'onnx/model.onnx', 'onnx/conversion.json', 'onnx/report.json']) {
      expect(readFileSync(path(`twice/${file}`), 'utf8')).toBe(
        readFileSync(path(`out/${file}`), 'utf8'),
      );
    }
  });

  it('says what is wrong, in one line, and writes nothing', async () => {
    const broken = changed('broken', 'model.skops', () => 'no model');
    const foreign = changed('foreign', 'MLmodel', (text) =>
      text.replace('loader_module: mlflow.lightgbm', 'loader_module: mlflow.prophet'),
    );
    const cases = [
      { run: convert('trees', 'no'), says: /not trusted to run.*--trust/ },
      { run: trusted('out', 'no'), says: /converted already/ },
      {
        run: trusted('bare', 'no'),
        says: /neither|no signature and no input example.*infer_signature/,
      },
      {
        run: trusted('trees', 'no', '--check', path('narrow.csv')),
        says: /"narrow.csv", has no column "c"/,
      },
      {
        run: trusted('trees', 'no', '--check', path('absent.csv')),
        says: /there is no such file or folder/,
      },
      { run: trusted(foreign, 'no'), says: /flavor is lightgbm.*runtime: python/ },
      { run: trusted(broken, 'no'), says: /cannot be loaded|could not be loaded|does not load/ },
    ];

    for (const { run, says } of cases) {
      const { exitCode, stdout, stderr } = await run;
      expect(stderr.trim().split('\n').at(-1)).toMatch(says);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    }
    expect(existsSync(path('no'))).toBe(false);
  });

  it('says why an environment cannot be made, and leaves none', async () => {
    const unsolvable = changed(
      'unsolvable',
      'requirements.txt',
      (text) => `${text}\nnumpy==99.0\n`,
    );
    const root = path('environments');

    const { exitCode, stderr } = await runCli(
      ['convert', '-m', path(unsolvable), '-o', path('no'), '--trust', path('')],
      {
        environment: {
          ...environment,
          MLFLOW_SERVERLESS_ENV_MANAGER: 'uv',
          MLFLOW_ENV_ROOT: root,
        },
      },
    );

    expect(exitCode).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/no version of numpy==99\.0/);
    expect(readdirSync(root).filter((name) => !/\.(?:log|lock)$/.test(name))).toEqual([]);
    expect(existsSync(path('no'))).toBe(false);
  });

  it.each([
    'environment',
    'open',
    'convert',
    'prove',
  ])('leaves nothing when it is interrupted in phase %s', async (phase) => {
    const running = startCli(
      [
        ...['convert', '-m', path('trees'), '-o', path('stopped'), '--trust', root],
        ...['--check', path('many.csv'), '--check', path('many.csv')],
      ],
      { environment },
    );
    running.child.stderr?.on('data', (text: string) => {
      if (text.includes(` s  ${phase}`)) running.child.kill('SIGINT');
    });
    const { exitCode, stderr } = await running.ended;
    await sleep(500);

    expect({ exitCode, last: stderr.trim().split('\n').at(-1) }).toEqual({
      exitCode: 130,
      last: 'mlflow-serverless: interrupted: nothing was written',
    });
    expect(readdirSync(root).filter((name) => name.startsWith('stopped'))).toEqual([]);
    expect(processesWith(path('stopped'))).toEqual([]);
  });

  it('publishes a model converted, and Node fetches no pickle of it', async () => {
    const published = await runCli(
      [
        'publish',
        '-m',
        path('trees'),
        '--to',
        path('registry'),
        '--name',
        'trees',
        '--version',
        '1',
        '--trust',
        root,
      ],
      { environment },
    );
    const manifest = JSON.parse(
      readFileSync(path('registry/models/trees/versions/1/manifest.json'), 'utf8'),
    );

    expect({
      exitCode: published.exitCode,
      last: published.exitCode === 0 ? '' : published.stderr,
    }).toEqual({ exitCode: 0, last: '' });
    expect(manifest).toMatchObject({
      runtime: 'node',
      flavors: { onnx: {}, lightgbm: {}, python_function: {} },
    });
    expect(manifest.serving).not.toContain('model.skops');
    const folder = path(`registry/models/trees/versions/1/${manifest.directory}`);
    rmSync(join(folder, 'model.skops'));
    const predicted = await runCli(
      [
        'predict',
        '-m',
        'models:/trees/1',
        '--registry-uri',
        path('registry'),
        '-t',
        'csv',
        '-i',
        path('rows.csv'),
      ],
      { environment },
    );
    expect(JSON.parse(predicted.stdout).predictions).toHaveLength(20);
  });
});
