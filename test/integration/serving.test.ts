import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSources } from '../../src/endpoint/open-sources.ts';
import { ndArray } from '../../src/model/nd-array.ts';
import { parseMlModel } from '../../src/model/parse-mlmodel.ts';
import { initOnnxRuntime } from '../../src/predictor/onnx/native-runtime.ts';
import { openPredictor } from '../../src/predictor/open-predictor.ts';
import { createDiskCache } from '../../src/serving/disk-cache.ts';
import { createModelLoader } from '../../src/serving/load-model.ts';
import type { LoadedModel } from '../../src/serving/loaded-model.ts';
import { createModelCache, type RefreshingModelCache } from '../../src/serving/model-cache.ts';
import { createRecordingTelemetry } from '../helpers/fake-models.ts';
import { type FakeS3, startFakeS3 } from '../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../helpers/fake-s3-answers.ts';
import { parsed } from '../helpers/parsed.ts';
import { aliasKey, onnxModelFiles, publishedObjects } from '../helpers/published-model.ts';
import { identityModel, linearModel } from '../helpers/tiny-onnx.ts';

const CHAMPION = 'models:/wine@champion';
const EXAMPLE = '{"inputs": [[1, 1, 1]]}';
const TTL_MS = 20;

/** Version 1 answers x·[1, 2, 3], version 2 answers x; both take three features. */
const LINEAR = onnxModelFiles(linearModel(3), EXAMPLE);
const IDENTITY = onnxModelFiles(identityModel('float32', ['N', 3]), EXAMPLE);

let root: string;
let cache: RefreshingModelCache;
const telemetry = createRecordingTelemetry();

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'serving-'));
  telemetry.events.length = 0;
});
afterEach(async () => {
  await cache.close();
  await rm(root, { recursive: true, force: true });
});

/** Shapes: [1][3] in; [1][1] or [1][3] out, flat. */
async function predict({ predictor }: Pick<LoadedModel, 'predictor'>, row: readonly number[]) {
  const input = ndArray('float32', [1, row.length], Float32Array.from(row));
  const output = await parsed(predictor).predict(input, null);
  if (!(output instanceof Map)) throw new Error('expected named outputs');
  const [first] = [...output.values()] as { data: Float32Array }[];
  return Array.from(first?.data ?? []);
}

async function openCache(environment: Record<string, string>, maxResidentBytes = 2 ** 30) {
  const { registry, store } = await openSources(environment);
  const loader = createModelLoader({
    store,
    diskCache: createDiskCache({ directory: join(root, 'cache') }),
    parseMlModel,
    openPredictor: ({ directory, mlmodel }) => openPredictor(directory, mlmodel),
    prepare: initOnnxRuntime,
    tryExample: (model, body) => predict(model, JSON.parse(body).inputs[0]),
    telemetry,
  });
  return createModelCache({ registry, loader, telemetry, ttlMs: TTL_MS, maxResidentBytes });
}

async function served(uri = CHAMPION): Promise<number[]> {
  const lease = await cache.acquire(uri);
  try {
    return await predict(lease.model, [1, 1, 1]);
  } finally {
    lease.release();
  }
}

/** Let the alias grow old, ask once, and wait for what that begins in the background. */
async function refreshed(): Promise<number[]> {
  await sleep(TTL_MS * 2);
  await served();
  await cache.settled();
  return served();
}

const eventTypes = (): string[] => telemetry.events.map(({ type }) => type);
const cachedKeys = async (): Promise<string[]> =>
  (await readdir(join(root, 'cache'))).filter((name) => name !== '.work');

describe('a published registry on S3', () => {
  let s3: FakeS3;

  const publish = (version: number, files: ReturnType<typeof onnxModelFiles>): void => {
    for (const [key, bytes] of publishedObjects('wine', version, files)) {
      s3.put('bucket', `registry/${key}`, bytes);
    }
  };
  const point = (version: number): void => {
    s3.put('bucket', `registry/${aliasKey('wine', 'champion')}`, `{"version": "${version}"}`);
  };

  beforeEach(async () => {
    s3 = await startFakeS3();
    publish(1, LINEAR);
    publish(2, IDENTITY);
    point(1);
    cache = await openCache({
      MLFLOW_REGISTRY_URI: 's3://bucket/registry',
      MLFLOW_S3_ENDPOINT_URL: s3.url,
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
    });
  });
  afterEach(() => s3.close());

  it('is read once for many concurrent first requests', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => served()));

    expect(new Set(answers.map(String))).toEqual(new Set(['6']));
    expect(eventTypes()).toEqual(['model-resolved', 'model-loaded']);
    expect(telemetry.events[1]).toMatchObject({ example: 'passed', wasOnDisk: false });
    expect(s3.requests.filter(({ key }) => key.endsWith('model.onnx'))).toHaveLength(1);
  });

  it('switches without a failed request when the alias moves', async () => {
    await served();
    point(2);
    await sleep(TTL_MS * 2);
    const answers = new Set<string>();
    let requests = 0;

    while (!answers.has('1,1,1')) {
      for (const answer of await Promise.all(Array.from({ length: 50 }, () => served()))) {
        answers.add(String(answer));
        requests++;
      }
      await sleep(1);
    }

    expect(answers).toEqual(new Set(['6', '1,1,1']));
    expect(requests).toBeGreaterThan(50);
    await expect.poll(eventTypes).toContain('model-evicted');
  });

  it('serves on while S3 fails, and follows the alias afterwards', async () => {
    await served();
    point(2);
    s3.setFault(() => ({ kind: 'status', status: 403, code: 'AccessDenied' }));

    expect(await refreshed()).toEqual([6]);
    expect(eventTypes()).toContain('refresh-failed');

    s3.setFault(() => undefined);
    await sleep(1_000);
    expect(await refreshed()).toEqual([1, 1, 1]);
  });

  it.each([
    { name: 'is no ONNX file', files: onnxModelFiles('garbage', EXAMPLE) },
    { name: 'rejects its own example', files: onnxModelFiles(linearModel(4), EXAMPLE) },
    { name: 'has no MLmodel', files: { 'model.onnx': linearModel(3) } },
    { name: 'has a flavor without a runtime', files: { MLmodel: 'flavors:\n  keras: {}\n' } },
  ])('keeps the old version when the new one $name', async ({ files }) => {
    await served();
    publish(3, files);
    point(3);

    expect(await refreshed()).toEqual([6]);
    expect(telemetry.events.at(-1)).toMatchObject({
      type: expect.stringMatching('refresh-failed|model-evicted'),
    });
    expect(eventTypes()).toContain('refresh-failed');
  });

  it('keeps the old version when the bytes are not those of the manifest', async () => {
    await served();
    publish(3, IDENTITY);
    s3.put('bucket', 'registry/models/wine/versions/3/model/model.onnx', linearModel(3));
    point(3);

    expect(await refreshed()).toEqual([6]);
    expect(await cachedKeys()).toHaveLength(1);
  });

  it('takes files from the disk that another instance left there', async () => {
    await served();
    await cache.close();
    cache = await openCache({
      MLFLOW_REGISTRY_URI: 's3://bucket/registry',
      MLFLOW_S3_ENDPOINT_URL: s3.url,
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
    });

    expect(await served()).toEqual([6]);
    expect(s3.requests.filter(({ key }) => key.endsWith('model.onnx'))).toHaveLength(1);
    expect(telemetry.events.at(-1)).toMatchObject({ type: 'model-loaded', wasOnDisk: true });
  });

  it('says what is missing when there is no such alias', async () => {
    await expect(cache.acquire('models:/wine@nobody')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('"nobody"'),
    });
  });
});

describe('a published registry in a folder', () => {
  beforeEach(async () => {
    const objects = [
      ...publishedObjects('wine', 1, LINEAR),
      ...publishedObjects('wine', 2, IDENTITY),
      [aliasKey('wine', 'champion'), '{"version": "1"}'] as const,
    ];
    for (const [key, bytes] of objects) {
      await mkdir(dirname(join(root, 'registry', key)), { recursive: true });
      await writeFile(join(root, 'registry', key), bytes);
    }
    cache = await openCache({ MLFLOW_REGISTRY_URI: join(root, 'registry') });
  });

  it('is served where it lies', async () => {
    expect(await served()).toEqual([6]);
    expect(await served('models:/wine/2')).toEqual([1, 1, 1]);
    expect(await readdir(root)).toEqual(['registry']);
  });

  it('follows the alias', async () => {
    await served();
    await writeFile(join(root, 'registry', aliasKey('wine', 'champion')), '{"version": "2"}');

    expect(await refreshed()).toEqual([1, 1, 1]);
  });
});
