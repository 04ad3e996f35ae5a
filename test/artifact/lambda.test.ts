import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stopServers } from '../interop/processes.ts';
import { BUCKET_KEYS, type Bucket, startBucket } from './bucket.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { type LambdaProcess, startLambda } from './lambda-process.ts';
import type { Answer } from './runtime-api.ts';

const ZIP = 'dist/lambda-x64.zip';
const WINE = 'examples/registry/models/wine';
const BODY = readFileSync(`${WINE}/versions/2/model/serving_input_example.json`, 'utf8');

/** What `mlflow models serve` (3.17.2) answers to the example: version 1 and version 2. */
const ANSWERS = JSON.parse(readFileSync('test/artifact/wine-answers.json', 'utf8')) as Record<
  string,
  unknown
>;

const event = (name: string): Record<string, unknown> => ({
  ...JSON.parse(readFileSync(`test/contract/fixtures/events/${name}.json`, 'utf8')),
  body: BODY,
  isBase64Encoded: false,
});

let work: string;
let bucket: Bucket;
let s3: FaultProxy;
let lambda: LambdaProcess | undefined;

beforeAll(async () => {
  if (!existsSync(ZIP)) throw new Error(`${ZIP} is missing: run npm run build first`);
  work = mkdtempSync(join(tmpdir(), 'artifact-'));
  execFileSync('unzip', ['-q', ZIP, '-d', join(work, 'function')]);
  bucket = await startBucket(join(work, 's3'));
  await bucket.putFolder('registry', 'examples/registry');
  s3 = await startFaultProxy(bucket.url);
}, 300_000);

afterAll(async () => {
  await s3?.close();
  await stopServers();
  rmSync(work, { recursive: true, force: true });
});

beforeEach(async () => {
  s3.set('pass');
  await moveAlias('2');
});

afterEach(async () => {
  if (process.env['ARTIFACT_LOG']) console.log(lambda?.log());
  await lambda?.stop();
  lambda = undefined;
});

const moveAlias = (version: string): Promise<void> =>
  bucket.put('registry/models/wine/aliases/champion.json', JSON.stringify({ version }));

/** Start the function on models:/wine@champion in the bucket; looked up again after half a second. */
async function start(environment: Record<string, string> = {}): Promise<LambdaProcess> {
  lambda = await startLambda({
    directory: join(work, 'function'),
    environment: {
      ...BUCKET_KEYS,
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_REGISTRY_URI: 's3://models/registry',
      MLFLOW_S3_ENDPOINT_URL: s3.url,
      MLFLOW_SERVERLESS_ALIAS_TTL_SECONDS: '0.5',
      ...environment,
    },
  });
  return lambda;
}

interface Result {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

const resultOf = ({ kind, body }: Answer): Result => {
  expect(kind).toBe('response');
  return body as Result;
};

async function ask(name = 'http-api', timeoutMs = 10_000): Promise<Result> {
  return resultOf(await (lambda as LambdaProcess).invoke(event(name), { timeoutMs }));
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe('the built Lambda zip on a read-only root', () => {
  it('answers its first request as MLflow does, the model loaded in the init phase', async () => {
    const running = await start();
    await running.ready;

    const result = await ask();

    expect(result.statusCode).toBe(200);
    expect(JSON.parse(result.body)).toEqual(ANSWERS['2']);
  });

  it.each([
    'rest-api',
    'http-api',
    'function-url',
    'load-balancer',
  ])('answers a %s event', async (name) => {
    await start();

    const result = await ask(name);

    expect(JSON.parse(result.body)).toEqual(ANSWERS['2']);
  });

  it('keeps answering while the alias moves, and follows it', async () => {
    await start();
    const versions = new Set<string>();
    expect(JSON.parse((await ask()).body)).toEqual(ANSWERS['2']);
    await moveAlias('1');

    const deadline = Date.now() + 10_000;
    let last: Result;
    do {
      last = await ask();
      expect(last.statusCode).toBe(200);
      versions.add(last.headers['x-mlflow-model-version'] as string);
      await sleep(20);
    } while (!versions.has('1') && Date.now() < deadline);

    expect([...versions]).toEqual(['2', '1']);
    expect(JSON.parse(last.body)).toEqual(ANSWERS['1']);
  });

  it('goes on with the model it has when S3 fails', async () => {
    await start();
    await ask();
    s3.set('refuse');
    await sleep(600);

    for (let i = 0; i < 5; i++) {
      const result = await ask();

      expect(JSON.parse(result.body)).toEqual(ANSWERS['2']);
      await sleep(200);
    }
  });

  it.each([
    'refuse',
    'cut',
  ] as const)('answers 503 when S3 does %s on a cold start, and 200 after it', async (fault) => {
    s3.set(fault);
    await start();

    const failed = await ask('http-api', 20_000);
    s3.set('pass');
    let result = failed;
    for (const end = Date.now() + 15_000; result.statusCode !== 200 && Date.now() < end; ) {
      await sleep(200);
      result = await ask();
    }

    expect(failed.statusCode).toBe(503);
    expect(JSON.parse(failed.body)).toMatchObject({ error_code: 'TEMPORARILY_UNAVAILABLE' });
    expect(JSON.parse(result.body)).toEqual(ANSWERS['2']);
  });

  it('answers 504 before the function runs out of time', async () => {
    s3.set('stall');
    await start();

    const { durationMs, ...answer } = await (lambda as LambdaProcess).invoke(event('http-api'), {
      timeoutMs: 1500,
    });

    expect(resultOf({ ...answer, durationMs }).statusCode).toBe(504);
    expect(durationMs).toBeLessThan(1500);
  });

  it('answers after a freeze, idle or in the middle of a refresh', async () => {
    const running = await start();
    await ask();
    s3.set('stall');
    await sleep(600);
    await ask(); // starts a look-up that now hangs
    running.child.kill('SIGSTOP');
    await sleep(1500);
    s3.set('pass');
    await moveAlias('1');
    running.child.kill('SIGCONT');

    let result = await ask();
    expect(result.statusCode).toBe(200);
    for (
      const end = Date.now() + 15_000;
      result.headers['x-mlflow-model-version'] !== '1' && Date.now() < end;
    ) {
      await sleep(100);
      result = await ask();
      expect(result.statusCode).toBe(200);
    }

    expect(JSON.parse(result.body)).toEqual(ANSWERS['1']);
  });

  it('keeps the version it has when the new one cannot be opened', async () => {
    await bucket.putFolder('registry/models/wine/versions/9/model', `${WINE}/versions/2/model`);
    await bucket.put('registry/models/wine/versions/9/model/model.onnx', 'not a model');
    const manifest = JSON.parse(readFileSync(`${WINE}/versions/2/manifest.json`, 'utf8'));
    await bucket.put(
      'registry/models/wine/versions/9/manifest.json',
      JSON.stringify({
        ...manifest,
        version: '9',
        files: manifest.files
          .filter((f: { path: string }) => f.path !== 'model.onnx')
          .concat({ path: 'model.onnx', size: 11, sha256: '' }),
      }),
    );
    await start();
    await ask();
    await moveAlias('9');

    const versions = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const result = await ask();
      expect(result.statusCode).toBe(200);
      versions.add(result.headers['x-mlflow-model-version'] as string);
      await sleep(100);
    }

    expect([...versions]).toEqual(['2']);
  });

  it.each([
    {
      place: 'a container of Blob Storage',
      environment: { MLFLOW_REGISTRY_URI: 'wasbs://models@account.blob.core.windows.net/registry' },
      message: 'Azure Blob Storage cannot be read by this package: it has no client for it',
    },
    {
      place: 'a secret of Key Vault',
      environment: {
        MLFLOW_REGISTRY_URI: 'http://127.0.0.1:9',
        MLFLOW_TRACKING_TOKEN_SECRET: 'https://team.vault.azure.net/secrets/token',
      },
      message: 'Azure Key Vault cannot be read by this package: it has no client for it',
    },
  ])('says that $place is for the other packages', async ({ environment, message }) => {
    await start(environment);

    const { statusCode, body } = await ask();

    expect(statusCode).toBe(501);
    expect(JSON.parse(body)).toMatchObject({
      error_code: 'NOT_IMPLEMENTED',
      message: expect.stringContaining(message),
    });
  });

  describe('in push mode', () => {
    const push = { MLFLOW_SERVERLESS_REFRESH: 'push' };

    it('answers the first request after the floor with the new version, after a freeze too', async () => {
      const running = await start(push);
      await ask();
      await moveAlias('1');
      await sleep(600);
      expect(JSON.parse((await ask()).body)).toEqual(ANSWERS['1']);

      running.child.kill('SIGSTOP');
      await moveAlias('2');
      await sleep(1500);
      running.child.kill('SIGCONT');

      expect(JSON.parse((await ask()).body)).toEqual(ANSWERS['2']);
    });

    it('waits a second at most for S3 that hangs, once, and goes on with the model it has', async () => {
      await start(push);
      await ask();
      s3.set('stall');
      await sleep(600);
      const durations: number[] = [];

      for (let i = 0; i < 6; i++) {
        const { durationMs, ...answer } = await (lambda as LambdaProcess).invoke(event('http-api'));
        expect(JSON.parse(resultOf({ ...answer, durationMs }).body)).toEqual(ANSWERS['2']);
        durations.push(durationMs);
        await sleep(600);
      }

      expect(durations[0]).toBeGreaterThan(900);
      expect(durations[0]).toBeLessThan(2000);
      expect(Math.max(...durations.slice(1))).toBeLessThan(500);
    });
  });
});
