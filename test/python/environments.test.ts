import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment as ensureToolEnvironment } from '../../scripts/python-env.ts';
import { checkPreparedEnvironment } from '../../src/python-env/check-prepared-environment.ts';
import { ensurePythonEnvironment } from '../../src/python-env/ensure-python-environment.ts';
import type { PythonEnvironmentOptions } from '../../src/python-env/python-environment.ts';
import { folderOf } from '../helpers/model-folder.ts';
import { pyfuncModelOf } from '../helpers/pyfunc-model.ts';
import { mlflowWheel, tinyWheel } from '../helpers/tiny-wheel.ts';

const WHEEL = 'wheels/mlflow-9.9-py3-none-any.whl';
const OFFLINE = `--no-index\n./${WHEEL}\n`;
/** A package whose installation takes a minute, and says who is at it. */
const SLOW = {
  'slow/pyproject.toml':
    '[build-system]\nrequires = []\nbuild-backend = "slow"\nbackend-path = ["."]\n[project]\nname = "slow"\nversion = "1"\n',
  'slow/slow.py':
    'import os, time\nopen(os.environ["PID_FILE"], "w").write(str(os.getpid()))\ntime.sleep(60)\n',
};
let root: string;
let wheel: Buffer;
let withUv: NodeJS.ProcessEnv;
let version: string;
let toolUv: string;

beforeAll(async () => {
  wheel = await mlflowWheel();
  const bin = ensureToolEnvironment('interop');
  withUv = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
  const code = 'import sys; print("%d.%d" % sys.version_info[:2])';
  toolUv = join(bin, 'uv');
  version = execFileSync(join(bin, 'python'), ['-c', code], { encoding: 'utf8' }).trim();
});
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'environments-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const model = (requirements: string, files: Readonly<Record<string, string | Buffer>> = {}) =>
  folderOf({
    'python_env.yaml': `python: ${version}.0\ndependencies:\n- -r requirements.txt\n`,
    'requirements.txt': requirements,
    [WHEEL]: wheel,
    ...files,
  });

const ensure = (directory: string, options: Partial<PythonEnvironmentOptions> = {}) =>
  ensurePythonEnvironment({
    directory,
    mlmodel: pyfuncModelOf({}),
    root,
    environment: withUv,
    ...options,
  });

/** What is left when an environment could not be made. */
const leftovers = () => readdirSync(root).filter((name) => !/\.(log|lock)$/.test(name));

async function pidIn(file: string): Promise<number> {
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await sleep(20);
  return Number(readFileSync(file, 'utf8'));
}

async function hasEnded(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    if (state === '' || / Z /.test(state)) return true;
    await sleep(50);
  }
  return false;
}

describe.each(['uv', 'virtualenv'] as const)('ensurePythonEnvironment with %s', (manager) => {
  it('makes an environment once, and finds it again', async () => {
    const directory = model(OFFLINE);

    const made = await ensure(directory, { manager });
    const found = await ensure(directory, { manager });

    expect(made.wasCached).toBe(false);
    expect(found).toEqual({ ...made, wasCached: true });
    expect(made.python).toBe(join(root, `mlflow-serverless-${made.hash}`, 'bin', 'python'));
    const name = 'from importlib.metadata import version; print(version("mlflow"))';
    expect(execFileSync(made.python, ['-c', name], { encoding: 'utf8' })).toBe('9.9\n');
    expect(readFileSync(made.logPath as string, 'utf8')).toMatch(/mlflow/);
  });

  it('says in one message why a set cannot be solved, and leaves nothing but the log', async () => {
    const directory = model(`${OFFLINE}surely-not-there==1.0\n`);

    const failure = ensure(directory, { manager });

    await expect(failure).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringMatching(
        /^the Python environment of the model cannot be made: .*surely-not-there.*; change requirements\.txt of the model .*; the installer's log is \S+\.log$/,
      ),
    });
    expect(leftovers()).toEqual([]);
  });

  it('keeps the password of a package index out of the message and the log', async () => {
    const directory = model(
      `--index-url http://me:hunter2@127.0.0.1:9/simple\n./${WHEEL}\nsurely-not-there\n`,
    );

    const error = await ensure(directory, {
      manager,
      environment: { ...withUv, PIP_RETRIES: '0', UV_HTTP_RETRIES: '0' },
    }).catch((reason: Error) => reason);
    const log = readdirSync(root).find((name) => name.endsWith('.log')) as string;

    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain('hunter2');
    expect(readFileSync(join(root, log), 'utf8')).not.toContain('hunter2');
  });

  it('ends everything that it started when it is stopped, and leaves nothing', async () => {
    const pidFile = join(root, 'pid.log');
    const stop = new AbortController();
    const failure = ensure(model(`${OFFLINE}./slow\n`, SLOW), {
      manager,
      signal: stop.signal,
      environment: { ...withUv, PID_FILE: pidFile },
    });
    failure.catch(() => {}); // looked at below

    const pid = await pidIn(pidFile);
    stop.abort(new Error('stopped by a test'));

    await expect(failure).rejects.toThrow('stopped by a test');
    expect(await hasEnded(pid)).toBe(true);
    expect(leftovers()).toEqual([]);
  });
});

describe('ensurePythonEnvironment', () => {
  it('lets those who want the same wait for the first', async () => {
    const directory = model(OFFLINE);
    const phases: string[] = [];

    const results = await Promise.all(
      [1, 2, 3].map(() => ensure(directory, { onProgress: ({ phase }) => phases.push(phase) })),
    );

    expect(results.map(({ wasCached }) => wasCached).sort()).toEqual([false, true, true]);
    expect(phases.filter((phase) => phase === 'waiting')).toHaveLength(2);
  });

  it('goes on where a process was killed, whose installer does not live on', async () => {
    const pidFile = join(root, 'pid.log');
    const directory = model(`${OFFLINE}./slow\n`, SLOW);
    const child = spawn(
      process.execPath,
      [resolve('test/helpers/environment-child.ts'), directory, root],
      { env: { ...withUv, PID_FILE: pidFile }, stdio: 'ignore' },
    );
    const pid = await pidIn(pidFile);

    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(await hasEnded(pid)).toBe(true);
    expect(leftovers()).toHaveLength(1);
    writeFileSync(
      join(directory, 'slow/slow.py'),
      'def build_wheel(*args, **more):\n    raise RuntimeError("no")\n',
    );
    await expect(ensure(directory)).rejects.toThrow(/cannot be made/);
  });

  it('makes one anew that is not complete, or whose interpreter has gone', async () => {
    const directory = model(OFFLINE);
    const { python } = await ensure(directory);
    const folder = dirname(dirname(python));

    rmSync(join(folder, 'environment.json'));
    const second = await ensure(directory);
    rmSync(python);
    const third = await ensure(directory);

    expect([second.wasCached, third.wasCached]).toEqual([false, false]);
  });

  it('says why MLflow cannot be loaded in it', async () => {
    const broken = await mlflowWheel('import not_declared\n');

    await expect(ensure(model(OFFLINE, { [WHEEL]: broken }))).rejects.toThrow(
      /MLflow cannot be loaded in it \(ModuleNotFoundError: No module named 'not_declared'\); change requirements\.txt/,
    );
    expect(leftovers()).toEqual([]);
  });

  it('names the Python that is not there, and the ways out', async () => {
    const directory = model(OFFLINE, {
      'python_env.yaml': 'python: 3.99.1\ndependencies:\n- -r requirements.txt\n',
    });

    await expect(ensure(directory)).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message:
        'the model asks for Python 3.99, which is not on this machine, and uv could not download it; install it (uv python install 3.99, pyenv, your system), or take the python3 of the PATH with --env-manager local',
    });
    await expect(ensure(directory, { manager: 'virtualenv' })).rejects.toThrow(
      /install uv, which fetches it, or take the python3 of the PATH with --env-manager local/,
    );
  });

  it('says what to do where environments cannot be kept', async () => {
    const file = join(root, 'file.log');
    writeFileSync(file, '');

    await expect(ensure(model(OFFLINE), { root: join(file, 'envs') })).rejects.toThrow(
      /cannot be made; set MLFLOW_ENV_ROOT/,
    );
  });

  it('takes the Python of the PATH as it is when that is asked for', async () => {
    const { python } = await ensure(model(OFFLINE));
    const PATH = `${dirname(python)}${delimiter}${process.env['PATH']}`;

    const local = await ensure(folderOf({}), { manager: 'local', environment: { PATH } });
    // It names python3 or python, whichever comes first.
    expect(dirname(local.python)).toBe(dirname(python));
    expect(local).toMatchObject({ hash: 'local', logPath: undefined });
  });
});

describe('ensurePythonEnvironment where there is no uv', () => {
  /** A package index of one folder, which has a uv that is started so; and a PATH with nothing but a Python. */
  async function machineWithout(uv: string): Promise<NodeJS.ProcessEnv> {
    const [index, PATH] = [join(root, 'index.log'), join(root, 'bin.log')];
    const interpreter = join(dirname(toolUv), 'python');
    mkdirSync(index);
    mkdirSync(PATH);
    symlinkSync(realpathSync(interpreter), join(PATH, `python${version}`));
    symlinkSync(realpathSync(interpreter), join(PATH, 'python3'));
    const scripts = { 'uv-0.13.9.data/scripts/uv': uv };
    const file = join(index, 'uv-0.13.9-py3-none-any.whl');
    writeFileSync(file, await tinyWheel('uv', '0.13.9', scripts));
    const HOME = join(root, 'home.log');
    return { PATH, HOME, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, PIP_NO_CACHE_DIR: '1' };
  }

  const modelWith = async (name: string) => {
    const file = `wheels/${name}-1.0-py3-none-any.whl`;
    return model(`${OFFLINE}./${file}\n`, { [file]: await tinyWheel(name, '1.0', {}) });
  };

  const texts = (environment: NodeJS.ProcessEnv, directory: string, manager?: 'virtualenv') => {
    const said: string[] = [];
    const onProgress = ({ text }: { text: string }) => said.push(text);
    const options = manager === undefined ? {} : { manager };
    return ensure(directory, { environment, onProgress, ...options }).then(() => said.join('\n'));
  };

  it('fetches one, once, and makes environments with it', async () => {
    const environment = await machineWithout(`#!/bin/sh\nexec "${toolUv}" "$@"\n`);

    const one = await modelWith('one');
    const two = await modelWith('two');
    const three = await modelWith('three');

    const both = await Promise.all([texts(environment, one), texts(environment, two)]);
    const later = await texts(environment, three);

    expect(both.join('\n').match(/fetching uv 0\.13\.9/g)).toHaveLength(1);
    expect(later).not.toContain('fetching');
    for (const text of [...both, later]) expect(text).toMatch(/with uv\n(.*\n)*installed \d+ pack/);
    expect(readdirSync(join(root, 'tools')).sort()).toEqual(['uv-0.13.9', 'uv-0.13.9.lock']);
  });

  it('says why pip has to do when none can be had, and leaves nothing half done', async () => {
    const environment = await machineWithout('#!/bin/sh\necho broken uv\nexit 1\n');
    const directory = model(OFFLINE);

    const text = await texts(environment, directory);
    const uvAlone = ensure(model(`${OFFLINE}six\n`), { environment, manager: 'uv' });

    expect(text).toMatch(/uv is not here, and could not be fetched \(broken uv\)\n.* with pip\n/);
    await expect(uvAlone).rejects.toThrow(
      /uv is not on the PATH, and could not be fetched: broken uv; install it/,
    );
    const log = readdirSync(root).filter((name) => /^mlflow-serverless-.*\.log$/.test(name));
    expect(readFileSync(join(root, log[0] as string), 'utf8')).toContain(
      'uv could not be fetched: broken uv',
    );
    expect(readdirSync(join(root, 'tools'))).toEqual(['uv-0.13.9.lock']);
  });

  it('fetches none for virtualenv', async () => {
    const environment = await machineWithout('#!/bin/sh\nexit 1\n');

    const text = await texts(environment, model(OFFLINE), 'virtualenv');

    expect(text).not.toContain('uv');
    expect(existsSync(join(root, 'tools'))).toBe(false);
  });
});

describe('checkPreparedEnvironment', () => {
  it('accepts the environment of the same requirements alone', async () => {
    const directory = model(OFFLINE);
    const { python } = await ensure(directory);
    const check = (folder: string, interpreter = python) =>
      checkPreparedEnvironment({
        python: interpreter,
        directory: folder,
        mlmodel: pyfuncModelOf({}),
      });

    await expect(check(model(OFFLINE))).resolves.toBeUndefined();
    await expect(check(model(`${OFFLINE}six\n`))).rejects.toThrow(
      /made from other requirements \([0-9a-f]{16}\) than the model's requirements\.txt has \([0-9a-f]{16}\); make the image again/,
    );
    await expect(check(directory, '/nowhere/bin/python')).rejects.toThrow(
      /without environment\.json/,
    );
  });
});
