import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../helpers/run-cli.ts';
import { mlflowWheel } from '../helpers/tiny-wheel.ts';
import { processesWith } from './processes-with.ts';
import { type SavedModels, saveModels } from './saved-models.ts';

const BODY = '{"dataframe_records":[{"do":"pid"}]}';

let models: SavedModels;
let root: string;
let model: string;
/** MLflow's own environment is the Python of the PATH. */
let local: Readonly<Record<string, string>>;

beforeAll(() => {
  models = saveModels(['faults'], 'interop');
  root = mkdtempSync(join(tmpdir(), 'cli-python-'));
  model = models.directory('faults');
  local = {
    PATH: `${models.bin}${delimiter}${process.env['PATH']}`,
    MLFLOW_SERVERLESS_ENV_MANAGER: 'local',
    MLFLOW_ENV_ROOT: join(root, 'envs'),
  };
});
afterAll(() => {
  models.remove();
  rmSync(root, { recursive: true, force: true });
});

const ask = async (url: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/invocations`, { method: 'POST', headers, body: BODY });
  return ((await response.json()) as { predictions?: unknown }).predictions;
};

const urlIn = (text: string): string => /at (http:\S+)/.exec(text)?.[1] as string;

/** What is left of Python when a command has ended: nothing, in a moment. */
async function left(): Promise<unknown[]> {
  for (let i = 0; i < 50 && processesWith(model).length > 0; i++) await sleep(100);
  return processesWith(model);
}

describe('a model that is Python code', () => {
  it('is scored by predict as MLflow scores it, when it is trusted', async () => {
    const args = ['predict', '-m', model, '--trust', models.directory('.')];

    const scored = await runCli(args, { stdin: BODY, environment: local });

    expect(scored).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse(scored.stdout)).toEqual({ predictions: expect.any(Number) });
    expect(await left()).toEqual([]);
  });

  it('sees the variables that are named for it, and no others', async () => {
    const args = ['predict', '-m', model, '--trust', models.directory('.')];
    const stdin = '{"dataframe_records":[{"do":"environment"}]}';
    const secrets = { OPENAI_API_KEY: 'for the model', HF_TOKEN: 'for nobody' };
    const named = { MLFLOW_SERVERLESS_PYTHON_ENVIRONMENT: 'OPENAI_API_KEY' };

    const scored = await runCli(args, { stdin, environment: { ...local, ...secrets, ...named } });

    expect(scored).toMatchObject({ exitCode: 0 });
    expect(scored.stdout).toContain('for the model');
    expect(scored.stdout).not.toContain('for nobody');
  });

  it('runs nothing when it is not trusted, or when pickles are forbidden', async () => {
    const run = (args: string[], environment = {}) =>
      runCli(['predict', '-m', model, ...args], {
        stdin: BODY,
        environment: { ...local, ...environment },
      });

    const [untrusted, forbidden] = await Promise.all([
      run(['--trust', `${model}-evil`]),
      run(['--trust', model], { MLFLOW_ALLOW_PICKLE_DESERIALIZATION: 'false' }),
    ]);

    expect(untrusted).toMatchObject({ exitCode: 1, stdout: '' });
    expect(untrusted.stderr).toMatch(/code from there is not trusted to run; .* --trust \//);
    expect(forbidden).toMatchObject({ exitCode: 1, stdout: '' });
    expect(forbidden.stderr).toMatch(/ALLOW_PICKLE_DESERIALIZATION=false forbids pickles/);
    expect(existsSync(join(root, 'envs'))).toBe(false);
  });

  it('is served, by a process of its own for each worker, until ctrl-C', async () => {
    const args = ['serve', '-m', model, '-p', '0', '-w', '2', '--trust', model];
    const serving = startCli(args, { environment: local });
    try {
      const url = urlIn(await serving.printed('try: '));
      while (processesWith(`worker.py\0${model}`).length < 2) await sleep(200);

      expect(await ask(url)).toEqual(expect.any(Number));
    } finally {
      serving.child.kill('SIGINT');
    }
    expect((await serving.ended).exitCode).toBe(0);
    expect(await left()).toEqual([]);
  });

  it('is published with a trusted origin, and served from a registry that is trusted', async () => {
    const to = join(root, 'registry');
    mkdirSync(to);
    const publishing = ['publish', '-m', model, '--to', to, '--name', 'faults', '--version', '1'];
    const serving = ['predict', '-m', 'models:/faults/1', '--registry-uri', to];

    const published = await runCli([...publishing, '--trust', model], { environment: local });
    const [trusted, untrusted] = await Promise.all(
      [['--trust', to], []].map((trust) =>
        runCli([...serving, ...trust], { stdin: BODY, environment: local }),
      ),
    );

    expect(published.exitCode).toBe(0);
    expect(JSON.parse(trusted?.stdout ?? '')).toEqual({ predictions: expect.any(Number) });
    expect(untrusted?.stderr).toMatch(/not trusted to run/);
  });

  it('is refused by an image that was made for other requirements', async () => {
    const environment = join(root, 'image');
    mkdirSync(join(environment, 'bin'), { recursive: true });
    writeFileSync(join(environment, 'environment.json'), '{"requirements":"0000000000000000"}');
    const args = ['predict', '-m', model, '--trust', model];

    const refused = await runCli(args, {
      stdin: BODY,
      environment: { ...local, MLFLOW_SERVERLESS_PYTHON: join(environment, 'bin', 'python') },
    });

    expect(refused.stderr).toMatch(
      /made from other requirements \(0{16}\) .* make the image again/,
    );
  });
});

describe('ctrl-C while an environment is made', () => {
  it.each([
    { command: 'serve', args: ['-p', '0'] },
    { command: 'predict', args: [] },
    { command: 'publish', args: ['--to', 'registry', '--name', 'slow', '--version', '1'] },
  ])('leaves nothing: $command', async ({ command, args }) => {
    const folder = join(root, `slow-${command}`);
    cpSync(model, folder, { recursive: true });
    const started = join(root, `started-${command}`);
    mkdirSync(join(folder, 'slow'));
    writeFileSync(join(folder, 'mlflow-9.9-py3-none-any.whl'), await mlflowWheel());
    writeFileSync(
      join(folder, 'requirements.txt'),
      '--no-index\n./mlflow-9.9-py3-none-any.whl\n./slow\n',
    );
    writeFileSync(
      join(folder, 'slow', 'pyproject.toml'),
      '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n',
    );
    writeFileSync(
      join(folder, 'slow', 'slow.py'),
      `import time\nopen(${JSON.stringify(started)}, "w").close()\ntime.sleep(60)\n`,
    );
    writeFileSync(join(folder, 'python_env.yaml'), 'dependencies: ["-r requirements.txt"]\n');
    const envs = join(root, `envs-${command}`);
    const running = startCli([command, '-m', folder, '--trust', folder, ...args], {
      environment: { ...local, MLFLOW_SERVERLESS_ENV_MANAGER: 'uv', MLFLOW_ENV_ROOT: envs },
    });
    running.child.stdin?.end(BODY);
    while (!existsSync(started)) await sleep(50);

    running.child.kill('SIGINT');
    const { exitCode, stderr } = await running.ended;

    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/making an environment of Python 3\S* with uv\n/);
    for (let i = 0; i < 50 && processesWith(envs).length > 0; i++) await sleep(100);
    expect(processesWith(envs)).toEqual([]);
    expect(readdirNames(envs)).toEqual(['lock', 'log']);
  });
});

const readdirNames = (folder: string): string[] =>
  readdirSync(folder)
    .map((name) => name.split('.')[1] ?? name)
    .sort();
