import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MlModel } from '../../../src/model/mlmodel.ts';
import type { ParsedPredictor } from '../../../src/predictor/predictor.ts';
import { createDiskCache } from '../../../src/serving/disk-cache.ts';
import { createModelLoader, type ModelLoaderOptions } from '../../../src/serving/load-model.ts';
import { createRecordingTelemetry, version } from '../../helpers/fake-models.ts';

const ML_MODEL: MlModel = {
  flavors: { onnx: {} },
  signature: undefined,
  inputExample: { path: 'input_example.json', servingPath: 'serving.json', type: 'dataframe' },
  metadata: {},
  modelUuid: undefined,
  modelId: undefined,
  runId: undefined,
  mlflowVersion: undefined,
};

let root: string;
let log: string[];
let rss: number;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'load-model-'));
  log = [];
  rss = 1_000;
});
afterEach(() => rm(root, { recursive: true, force: true }));

const FILES = {
  MLmodel: 'flavors',
  'serving.json': '{"inputs": [1]}',
  'model.onnx': 'x'.repeat(20),
};

async function writeModel(directory: string, files: Readonly<Record<string, string>> = FILES) {
  await mkdir(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}

function createPredictor(): ParsedPredictor {
  return {
    kind: 'parsed',
    predict: () => null,
    async release() {
      log.push('release');
    },
  };
}

/** Opening takes 500 bytes, the example another 100. */
function setUp(options: Partial<ModelLoaderOptions> = {}) {
  const telemetry = createRecordingTelemetry();
  const loader = createModelLoader({
    store: {
      async download(_uri, directory, { onRequested } = {}) {
        log.push('download');
        onRequested?.();
        await new Promise((resolve) => setTimeout(resolve, 5));
        await writeModel(directory);
        log.push('downloaded');
      },
    },
    diskCache: createDiskCache({ directory: join(root, 'cache') }),
    parseMlModel: (text) => {
      log.push(`parse ${text}`);
      return ML_MODEL;
    },
    async openPredictor() {
      log.push('open');
      rss += 500;
      return createPredictor();
    },
    prepare: () => void log.push('prepare'),
    async tryExample(_model, body) {
      log.push(`try ${body}`);
      rss += 100;
    },
    telemetry,
    readResidentBytes: () => rss,
    ...options,
  });
  return { loader, telemetry };
}

describe('load', () => {
  it('sets the runtime up while bytes arrive, then opens and tries the model', async () => {
    const { loader, telemetry } = setUp();

    const model = await loader.load(version(1));

    expect(log).toEqual([
      'download',
      'prepare',
      'downloaded',
      'parse flavors',
      'open',
      'try {"inputs": [1]}',
    ]);
    expect(model).toMatchObject({ version: version(1), example: 'passed', residentBytes: 600 });
    expect(telemetry.events).toMatchObject([
      {
        type: 'model-loaded',
        model: { name: 'wine', version: '1' },
        filesBytes: 42,
        residentBytes: 600,
        wasOnDisk: false,
        example: 'passed',
      },
    ]);
  });

  it('counts at least the bytes of the files, and what the version held before', async () => {
    const { loader } = setUp({ readResidentBytes: () => rss });
    const first = await loader.load(version(1));
    rss = 0;
    const { loader: unmeasured } = setUp({ readResidentBytes: () => 0 });
    const expected: number[] = [];

    const again = await loader.load(version(1), { makeRoom: (bytes) => void expected.push(bytes) });
    const floor = await unmeasured.load(version(1));

    expect([first.residentBytes, again.residentBytes, floor.residentBytes]).toEqual([600, 600, 42]);
    expect(expected).toEqual([600]);
  });

  it('opens one model at a time, so that each growth is its own', async () => {
    const { loader } = setUp({
      async openPredictor() {
        rss += 500;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return createPredictor();
      },
    });

    const models = await Promise.all([1, 2, 3].map((number) => loader.load(version(number))));

    expect(models.map(({ residentBytes }) => residentBytes)).toEqual([600, 600, 600]);
  });

  it('tells of an example that fails, and hands the model over', async () => {
    const { loader, telemetry } = setUp({
      tryExample: async () => {
        throw new Error('no');
      },
    });

    const model = await loader.load(version(1));

    expect(model).toMatchObject({ example: 'failed', exampleError: { message: 'no' } });
    expect(telemetry.events).toMatchObject([
      { example: 'failed', exampleError: { message: 'no' } },
    ]);
  });

  it.each([
    { name: 'is not there', files: { MLmodel: 'x' } },
    {
      name: 'is too large to try',
      files: { MLmodel: 'x', 'serving.json': ' '.repeat(2 ** 20 + 1) },
    },
  ])('tries nothing when the example $name', async ({ files }) => {
    const { loader } = setUp({
      store: { download: (_uri, directory) => writeModel(directory, files) },
    });

    expect(await loader.load(version(1))).toMatchObject({ example: 'absent' });
  });

  it('gives predictor and files back on close', async () => {
    const { loader } = setUp();
    const model = await loader.load({ ...version(''), source: 's3://bucket/plain' });

    await model.close();

    expect(log.at(-1)).toBe('release');
    expect(await readdir(join(root, 'cache/.work'))).toEqual([]);
  });

  it('gives the files back when the model cannot be opened', async () => {
    const { loader } = setUp({
      openPredictor: async () => {
        throw new Error('corrupt');
      },
    });

    await expect(loader.load(version(1))).rejects.toThrow('corrupt');

    const { loader: next } = setUp({
      diskCache: createDiskCache({ directory: join(root, 'cache'), maxEntries: 1 }),
    });
    await next.load(version(2));
    const entries = (await readdir(join(root, 'cache'))).filter((name) => name !== '.work');
    expect(entries).toHaveLength(1);
  });

  it('says what is missing when there is no MLmodel', async () => {
    const { loader } = setUp({
      store: { download: (_uri, directory) => writeModel(directory, { 'model.onnx': 'x' }) },
    });

    await expect(loader.load(version(1))).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('no readable MLmodel file'),
    });
  });

  it('does not open a model that nobody waits for any more', async () => {
    const { loader } = setUp();
    const controller = new AbortController();

    const loading = loader.load(version(1), { signal: controller.signal });
    controller.abort();

    await expect(loading).rejects.toThrow();
    expect(log).not.toContain('open');
  });

  it('sets the runtime up again after that failed', async () => {
    let failures = 2; // while bytes arrive, and before the model is opened
    const { loader } = setUp({
      prepare: () => {
        if (failures-- > 0) throw new Error('no memory');
      },
    });

    await expect(loader.load(version(1))).rejects.toThrow('no memory');
    expect(await loader.load(version(1))).toMatchObject({ example: 'passed' });
  });
});

describe('a folder of this machine', () => {
  const inPlace = (): string => join(root, 'model');
  const store = { download: () => Promise.reject(new Error('download')), inPlace };
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const filesOf = (onnx: string) => [
    { path: 'MLmodel', sizeBytes: 7, sha256: sha256('flavors') },
    { path: 'model.onnx', sizeBytes: 20, sha256: sha256(onnx) },
  ];

  it('is opened where it lies, and stays', async () => {
    await writeModel(inPlace());
    const { loader } = setUp({ store });

    const model = await loader.load({ ...version(1), files: filesOf('x'.repeat(20)) });
    await model.close();

    expect(model.example).toBe('passed');
    expect(existsSync(inPlace())).toBe(true);
    expect(existsSync(join(root, 'cache'))).toBe(false);
  });

  it.each([
    { name: 'other bytes', files: filesOf('y'.repeat(20)) },
    { name: 'another size', files: [{ path: 'model.onnx', sizeBytes: 21 }] },
    { name: 'no such file', files: [{ path: 'model.onnx.data', sizeBytes: 1 }] },
  ])('is refused when it holds $name than its manifest promises', async ({ files }) => {
    await writeModel(inPlace());
    const { loader } = setUp({ store });

    await expect(loader.load({ ...version(1), files })).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('is not what its manifest promises'),
    });
  });

  it('is missed by its URI', async () => {
    const { loader } = setUp({ store });

    await expect(loader.load(version(1))).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'there is no folder at s3://bucket/wine/1',
    });
  });
});
