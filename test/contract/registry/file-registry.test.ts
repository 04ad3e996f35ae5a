import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { describeModelRegistry } from '../model-registry.suite.ts';
import { FIXTURES, makeFolder, mlflowSourceOf, readIds, type TemporaryFolder } from './world.ts';

describeModelRegistry('file store', async () => {
  const { fileStore: ids } = await readIds();
  return {
    registry: openRegistry(
      { MLFLOW_TRACKING_URI: './mlruns', MLFLOW_ARTIFACTS_DESTINATION: '/srv/artifacts' },
      { cwd: FIXTURES },
    ),
    sourceOf: mlflowSourceOf(ids),
    tracked: { ...ids, proxiedSource: `/srv/artifacts/7/models/${ids.proxied}/artifacts` },
    close: async () => {},
  };
});

describe('file store', () => {
  let folder: TemporaryFolder;
  const open = () => openRegistry({ MLFLOW_TRACKING_URI: `file://${folder.path}` });

  beforeAll(async () => {
    folder = await makeFolder();
    await cp(join(FIXTURES, 'mlruns'), folder.path, { recursive: true });
  });
  afterAll(() => folder.close());

  it('is the default when ./mlruns holds experiments', async () => {
    const registry = openRegistry({}, { cwd: FIXTURES });

    expect(await registry.resolve('models:/wine@champion')).toMatchObject({ version: '1' });
  });

  it('waits for a writer that has just emptied a file', async () => {
    const meta = join(folder.path, 'models', 'wine', 'version-3', 'meta.yaml');
    await writeFile(meta, '');
    setTimeout(() => writeFile(meta, 'current_stage: None\nsource: s3://bucket/again\n'), 20);

    expect(await open().resolve('models:/wine/3')).toMatchObject({ source: 's3://bucket/again' });
  });

  it('says which file is not readable', async () => {
    await writeFile(join(folder.path, 'models', 'wine', 'version-4', 'meta.yaml'), '{ "a": [');

    await expect(open().resolve('models:/wine/4')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: 'meta.yaml of version 4 is not readable YAML',
    });
  });

  it('says that an alias points to a version that has gone', async () => {
    await mkdir(join(folder.path, 'models', 'wine', 'aliases'), { recursive: true });
    await writeFile(join(folder.path, 'models', 'wine', 'aliases', 'gone'), '11');

    await expect(open().resolve('models:/wine@gone')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'alias "gone" of model "wine" points to version 11, which is not there',
    });
  });

  it('says that the folder does not exist, without its path', async () => {
    const gone = await makeFolder();
    await rm(gone.path, { recursive: true });
    const registry = openRegistry({ MLFLOW_REGISTRY_URI: join(gone.path, 'mlruns') });

    await expect(registry.resolve('models:/wine/1')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message:
        'the registry folder "mlruns" does not exist; is MLFLOW_REGISTRY_URI or MLFLOW_TRACKING_URI right?',
    });
  });
});
