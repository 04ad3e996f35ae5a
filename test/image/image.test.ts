import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../scripts/python-env.ts';
import { generateImage } from '../../src/endpoint/generate-image.ts';
import type { ImagePlatform } from '../../src/image/image-file.ts';
import { renderDockerfile } from '../../src/image/render-dockerfile.ts';
import { BUCKET_KEYS, type Bucket, startBucket } from '../artifact/bucket.ts';
import type { Answer } from '../artifact/runtime-api.ts';
import { stopServers } from '../interop/processes.ts';
import { ensureBaseRoots } from './base-roots.ts';
import { type BuiltStage, buildStages } from './build-stages.ts';
import { startHttpImage } from './http-image-process.ts';
import { type ImageProcess, startImage } from './image-process.ts';

/** Debian's servers, npm and PyPI are asked, and a C++ compiler runs; ms. */
const BUILD_TIMEOUT_MS = 900_000;

let work: string;
let bucket: Bucket;
let built: BuiltStage;
let container: ImageProcess | undefined;

beforeAll(async () => {
  if (process.getuid?.() !== 0) throw new Error('the image test needs root: it mounts');
  if (!existsSync('dist/lambda-x64.zip')) throw new Error('run npm run build first');
  mkdirSync('.cache', { recursive: true });
  work = mkdtempSync(resolve('.cache', 'image-test-'));
  const models = join(work, 'models');
  const interop = ensurePythonEnvironment('interop');
  execFileSync(join(interop, 'python'), ['test/image/make_models.py', models], { stdio: 'pipe' });
  bucket = await startBucket(join(work, 's3'));
  for (const [index, name] of ['one', 'two', 'other'].entries()) {
    publish(join(models, name), String(index + 1), interop);
  }
  moveAlias('1');
  built = await buildImage('aws-lambda');
}, BUILD_TIMEOUT_MS);

afterAll(async () => {
  await stopServers();
  if (work !== undefined) rmSync(work, { recursive: true, force: true });
}, 600_000);

afterEach(async () => {
  if (process.env['ARTIFACT_LOG']) console.log(container?.log());
  await container?.stop();
  container = undefined;
});

/** The Dockerfile's own steps, carried out. */
async function buildImage(platform: ImagePlatform): Promise<BuiltStage> {
  const context = join(work, platform);
  const { stages } = await generateImage({
    modelUri: 'models:/churn@champion',
    environment: { ...process.env, ...fromBucket() },
    directory: context,
    architecture: process.arch as 'x64' | 'arm64',
    platform,
    packages: [],
  });
  const text = readFileSync(join(context, 'Dockerfile'), 'utf8');
  expect(text).toContain(renderDockerfile([], stages).split('\n').slice(1).join('\n').trim());
  const roots = ensureBaseRoots();
  const bases = Object.fromEntries(
    stages.flatMap(({ base }) =>
      base.startsWith('python:')
        ? [[base, roots.python]]
        : base.startsWith('node:')
          ? [[base, roots.node]]
          : [],
    ),
  );
  const directory = join(work, 'stages', platform);
  return buildStages(stages, { context, bases, directory });
}

const fromBucket = () => ({
  ...BUCKET_KEYS,
  AWS_REGION: 'us-east-1',
  MLFLOW_REGISTRY_URI: 's3://models/registry',
  MLFLOW_S3_ENDPOINT_URL: bucket.url,
});

function publish(directory: string, version: string, interop: string): void {
  const args = ['-m', directory, '--to', 's3://models/registry', '--name', 'churn'];
  cli(
    ['publish', ...args, '--version', version, '--trust', directory, '--env-manager', 'local'],
    interop,
  );
}

const moveAlias = (version: string): void =>
  cli([
    'promote',
    `models:/churn/${version}`,
    '--alias',
    'champion',
    '--to',
    's3://models/registry',
  ]);

function cli(args: readonly string[], path = ''): void {
  execFileSync(process.execPath, ['src/cli/main.ts', ...args], {
    env: { ...process.env, ...fromBucket(), PATH: `${path}:${process.env['PATH']}` },
    stdio: 'pipe',
  });
}

async function start(environment: Readonly<Record<string, string>> = {}): Promise<ImageProcess> {
  container = await startImage(built, work, {
    ...fromBucket(),
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/churn@champion',
    MLFLOW_SERVERLESS_PYTHON_TRUST: 's3://models/registry',
    MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: '0.5',
    ...environment,
  });
  return container;
}

const event = (name: string, x: number): Record<string, unknown> => ({
  ...JSON.parse(readFileSync(`test/contract/fixtures/events/${name}.json`, 'utf8')),
  body: JSON.stringify({ dataframe_records: [{ x }] }),
  isBase64Encoded: false,
});

interface Result {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function ask(x = 1, name = 'http-api'): Promise<Result> {
  const answer: Answer = await (container as ImageProcess).invoke(event(name, x), {
    timeoutMs: 60_000,
  });
  expect(answer.kind).toBe('response');
  return answer.body as Result;
}

const predicted = async (x: number, name?: string): Promise<unknown> =>
  JSON.parse((await ask(x, name)).body).predictions;

/** Ask until an answer is as wanted, for half a minute. */
async function until(isIt: (result: Result) => boolean): Promise<Result> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const result = await ask();
    if (isIt(result) || Date.now() > deadline) return result;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Files of the image's own layers: what is copied and installed over the base image. */
const files = (): string[] => [
  ...new Set(
    built.layers
      .slice(0, -1)
      .flatMap((layer) => globSync('**/*', { cwd: layer }).map((path) => `/${path}`)),
  ),
];

describe('the content of the image', () => {
  it('has no compiler, no installer and no cache', () => {
    const tools =
      /bin\/(?:gcc|g\+\+|cc|ld|as|make|cmake|git|npm|npx|uv|uvx|pip3?(?:\.\d+)?|wheel)$|\/site-packages\/(?:pip|uv|wheel)\/|\/\.cache\/|\/var\/cache\/apt\/archives\/.+\.deb$|^\/build|\/apt\/lists\/./;
    const isThere = (path: string): boolean => {
      const layer = built.layers.find((one) => existsSync(join(one, path)) || isRemoved(one, path));
      return layer !== undefined && !isRemoved(layer, path);
    };

    const base = built.layers.at(-1) as string;
    const ofBase = globSync('usr/{,local/}{bin,sbin}/*', { cwd: base }).map((path) => `/${path}`);
    const found = [...files(), ...ofBase].filter((path) => tools.test(path));

    expect(found.filter(isThere)).toEqual([]);
  });

  it('can be read by any user, and written by none', () => {
    const layers = built.layers.slice(0, -1);
    const wrong = layers.flatMap((layer) =>
      globSync('{opt,var/task,usr/local}/**/*', { cwd: layer }).filter((path) => {
        const stat = lstatSync(join(layer, path));
        if (stat.isSymbolicLink() || stat.isCharacterDevice()) return false;
        const wanted = stat.isDirectory() ? 0o5 : 0o4;
        return (stat.mode & 0o7 & wanted) !== wanted || (stat.mode & 0o2) !== 0 || stat.uid !== 0;
      }),
    );

    expect(wrong).toEqual([]);
  });

  it('has its modules compiled', () => {
    const layer = built.layers[0] as string;

    expect(
      globSync('opt/model-env/lib/*/site-packages/mlflow/__pycache__/*.pyc', { cwd: layer }).length,
    ).toBeGreaterThan(10);
    expect(globSync('var/task/python/**/__pycache__/*.pyc', { cwd: layer }).length).toBeGreaterThan(
      3,
    );
  });

  it('is as large as its parts', () => {
    const layer = built.layers[0] as string;
    const sizes = ['opt/model-env', 'opt/aws-lambda-ric', 'var/task', 'usr/local/bin/node'].map(
      (path) =>
        [
          path,
          Number(
            execFileSync('du', ['-smx', join(layer, path)], { encoding: 'utf8' }).split('\t')[0],
          ),
        ] as const,
    );
    for (const [path, mebibytes] of sizes) console.log(`/${path}: ${mebibytes} MiB`);

    expect(Object.fromEntries(sizes)['var/task']).toBeLessThan(60);
    expect(Object.fromEntries(sizes)['opt/aws-lambda-ric']).toBeLessThan(20);
  });
});

/** Overlays mark what an upper layer removed. */
const isRemoved = (layer: string, path: string): boolean => {
  const parts = path.split('/').filter(Boolean);
  return parts.some((_, index) => {
    const stat = lstatSync(join(layer, ...parts.slice(0, index + 1)), { throwIfNoEntry: false });
    return stat?.isCharacterDevice() === true;
  });
};

describe('the image as Lambda runs it', () => {
  it('answers its first request, as a user without rights, on a read-only root', async () => {
    const started = performance.now();
    const running = await start();
    await running.ready;
    const readyMs = performance.now() - started;

    const first = await predicted(1);

    const answeredMs = performance.now() - started;
    expect(first).toEqual([1]);
    expect(await predicted(1005)).toEqual([10_001]);
    expect(await predicted(1004)).toEqual([0]);
    console.log(
      `init ${Math.round(readyMs)} ms, first answer after ${Math.round(answeredMs)} ms, resident ${Math.round(running.residentBytes() / 2 ** 20)} MiB`,
    );
  });

  it.each([
    'rest-api',
    'http-api',
    'function-url',
    'load-balancer',
  ])('answers a %s event', async (name) => {
    await start();

    expect(await predicted(2, name)).toEqual([2]);
  });

  it('follows the alias to a version with the same requirements', async () => {
    await start();
    expect(await predicted(1)).toEqual([1]);

    moveAlias('2');
    const result = await until(({ headers }) => headers['x-mlflow-model-version'] === '2');
    moveAlias('1');

    expect(JSON.parse(result.body)).toEqual({ predictions: [11] });
  });

  it('goes on with the version it has when the next one has other requirements, and says so', async () => {
    const running = await start();
    await ask();

    moveAlias('3');
    const answers: unknown[] = [];
    for (const end = Date.now() + 5_000; Date.now() < end; ) answers.push(await predicted(1));
    moveAlias('1');

    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['[1]']));
    expect(running.log()).toContain('made from other requirements');
  });

  it('answers 503 for a process that was killed, and the next request', async () => {
    await start();
    await ask();

    expect((await ask(1002)).statusCode).toBe(503);
    expect(await predicted(3)).toEqual([3]);
  });

  it('keeps the network from the model, and its prints from the answer', async () => {
    const running = await start();

    expect(await predicted(1003)).toEqual([13]); // EACCES
    expect(await predicted(1001)).toEqual([1001]);
    expect(running.log()).toContain('printed by the model');
    expect(await predicted(1006)).toEqual([1006]);
  });

  it('refuses a model that nobody trusts', async () => {
    await start({ MLFLOW_SERVERLESS_PYTHON_TRUST: 's3://models/another' });

    const { statusCode, body } = await ask();

    // What is not set up right is not the caller's 403.
    expect(statusCode).toBe(503);
    expect(body).toContain('trust');
  });
});

describe('the image for platforms that send HTTP', () => {
  it('answers as the one for Lambda does, has nothing of its client, and ends when it is told to', async () => {
    const http = await buildImage('http');
    const running = await startHttpImage(http, work, {
      ...fromBucket(),
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/churn@champion',
      MLFLOW_SERVERLESS_PYTHON_TRUST: 's3://models/registry',
    });
    const ask = (path: string, body?: string): Promise<Response> =>
      fetch(`${running.url}${path}`, {
        ...(body !== undefined && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }),
      });
    try {
      const answer = await ask('/invocations', JSON.stringify({ dataframe_records: [{ x: 2 }] }));
      const refusal = await ask('/invocations', '{');

      expect(await answer.json()).toEqual({ predictions: [2] });
      expect(refusal.status).toBe(400);
      expect((await ask('/ping')).status).toBe(200);
      expect(existsSync(join(http.layers[0] as string, 'opt/aws-lambda-ric'))).toBe(false);
    } finally {
      expect(await running.stop()).toBe(0);
    }
  }, 600_000);
});
