import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3ObjectReader } from '../../../src/artifacts/s3-object-reader.ts';
import { openSources } from '../../../src/endpoint/open-sources.ts';
import type { ModelRegistry } from '../../../src/registry/model-registry.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { startAzurite } from '../../helpers/azurite.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';
import { describeModelRegistry } from '../model-registry.suite.ts';
import {
  makeFolder,
  manifest,
  publishedObjects,
  type TemporaryFolder,
  writePublished,
} from './world.ts';

const sourceOf = (root: string) => (name: string, version: string) =>
  `${root}/models/${encodeURIComponent(name)}/versions/${version}/model`;

describeModelRegistry('published, in a folder', async () => {
  const folder = await makeFolder();
  await writePublished(folder.path);
  return {
    registry: openRegistry({ MLFLOW_REGISTRY_URI: folder.path }),
    sourceOf: sourceOf(folder.path),
    close: folder.close,
  };
});

describeModelRegistry('published, on S3', async () => {
  const s3 = await startFakeS3({ pageKeys: 3 });
  for (const [key, text] of publishedObjects()) s3.put('bucket', `published/${key}`, text);
  const client = createS3Client({
    AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
    AWS_ENDPOINT_URL: s3.url,
  });
  const openObjects = async (uri: string) => createS3ObjectReader(client, uri);
  return {
    registry: openRegistry({ MLFLOW_REGISTRY_URI: 's3://bucket/published/' }, { openObjects }),
    sourceOf: sourceOf('s3://bucket/published'),
    close: () => s3.close(),
  };
});

describeModelRegistry('published, in Blob Storage (Azurite)', async () => {
  const azurite = await startAzurite();
  const { name, uri } = await azurite.createContainer();
  const container = azurite.client.getContainerClient(name);
  for (const [key, text] of publishedObjects()) {
    const bytes = Buffer.from(text);
    await container.getBlockBlobClient(`published/${key}`).upload(bytes, bytes.length);
  }
  const environment = { ...azurite.environment, MLFLOW_REGISTRY_URI: `${uri}/published/` };
  const { registry } = await openSources(environment);
  return { registry, sourceOf: sourceOf(`${uri}/published`), close: azurite.close };
});

describe('published registry on S3, asked again', () => {
  let s3: FakeS3;
  let registry: ModelRegistry;
  const write = (key: string, value: unknown) =>
    s3.put('bucket', `published/${key}`, JSON.stringify(value));
  const asked = () =>
    s3.requests.splice(0).map(({ key, noneMatch }) => {
      return `${noneMatch === undefined ? 'GET' : 'GET if changed'} ${key}`;
    });

  beforeEach(async () => {
    s3 = await startFakeS3();
    for (const [key, text] of publishedObjects()) s3.put('bucket', `published/${key}`, text);
    const client = createS3Client({
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      AWS_ENDPOINT_URL: s3.url,
    });
    const openObjects = async (uri: string) => createS3ObjectReader(client, uri);
    registry = openRegistry({ MLFLOW_REGISTRY_URI: 's3://bucket/published' }, { openObjects });
  });
  afterEach(() => s3.close());

  const champion = 'published/models/wine/aliases/champion.json';
  const manifestOf = (version: string) => `published/models/wine/versions/${version}/manifest.json`;

  it('takes two reads, then one that finds nothing new', async () => {
    const first = await registry.resolve('models:/wine@champion');
    expect(asked()).toEqual([`GET ${champion}`, `GET ${manifestOf('1')}`]);

    const second = await registry.resolve('models:/wine@champion');
    expect(asked()).toEqual([`GET if changed ${champion}`]);
    expect(second).toEqual(first);
  });

  it('sees with the same read that the alias has moved, and back', async () => {
    await registry.resolve('models:/wine@champion');
    asked();

    write('models/wine/aliases/champion.json', { version: '2' });
    expect(await registry.resolve('models:/wine@champion')).toMatchObject({ version: '2' });
    expect(asked()).toEqual([`GET if changed ${champion}`, `GET ${manifestOf('2')}`]);

    write('models/wine/aliases/champion.json', { version: '1', sequence: 3 });
    expect(await registry.resolve('models:/wine@champion')).toMatchObject({ version: '1' });
    expect(asked()).toEqual([`GET if changed ${champion}`, `GET if changed ${manifestOf('1')}`]);
  });

  it('sees that the alias was removed, and set again', async () => {
    await registry.resolve('models:/wine@champion');

    write('models/wine/aliases/champion.json', { version: null, sequence: 2, action: 'demote' });
    write(`models/wine/aliases/${encodeURIComponent('größte')}.json`, { version: '2' });
    await expect(registry.resolve('models:/wine@champion')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'model "wine" has no alias "champion"; it has: challenger, größte',
    });

    write('models/wine/aliases/champion.json', { version: '3', sequence: 3 });
    expect(await registry.resolve('models:/wine@champion')).toMatchObject({ version: '3' });
  });

  it('remembers nothing that was malformed or missing', async () => {
    write('models/wine/aliases/champion.json', { version: '20' });
    await expect(registry.resolve('models:/wine@champion')).rejects.toThrow('points to version 20');
    write('models/wine/versions/20/manifest.json', 'nonsense');
    await expect(registry.resolve('models:/wine@champion')).rejects.toThrow('is malformed');

    write('models/wine/versions/20/manifest.json', manifest('wine', 20));
    expect(await registry.resolve('models:/wine@champion')).toMatchObject({ version: '20' });
  });

  it('sees that a fixed version was removed', async () => {
    await registry.resolve('models:/wine/3');
    asked();
    await registry.resolve('models:/wine/3');
    expect(asked()).toEqual([`GET if changed ${manifestOf('3')}`]);

    s3.delete('bucket', manifestOf('3'));
    await expect(registry.resolve('models:/wine/3')).rejects.toThrow('has no version 3');
  });

  it('answers a server without entity tags all the same', async () => {
    s3.setFault(() => ({ kind: 'no-etag' }));
    await registry.resolve('models:/wine@champion');
    write('models/wine/aliases/champion.json', { version: '2' });

    expect(await registry.resolve('models:/wine@champion')).toMatchObject({ version: '2' });
  });
});

describe('published registry', () => {
  let folder: TemporaryFolder;
  const open = () => openRegistry({ MLFLOW_REGISTRY_URI: folder.path });
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), text);
  };

  beforeAll(async () => {
    folder = await makeFolder();
    await writePublished(folder.path);
  });
  afterAll(() => folder.close());

  it('hands over the files of the manifest and its digest', async () => {
    const bytes = await readFile(join(folder.path, 'models/wine/versions/3/manifest.json'));

    expect(await open().resolve('models:/wine/3')).toEqual({
      name: 'wine',
      version: '3',
      source: join(folder.path, 'models/wine/versions/3/model'),
      tags: {},
      files: [{ path: 'MLmodel', sizeBytes: 12, sha256: 'ab'.repeat(32) }],
      digest: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it.each([
    ['no JSON', '{', 'it is not JSON in UTF-8'],
    ['no object', '[]', 'it is not a JSON object'],
    ['a number', '{"version": 3}', '"version" must be a number in quotes, or null'],
    ['a sequence', '{"version": "3", "sequence": 0}', '"sequence" must be a whole number above 0'],
    ['a text', '{"version": "3", "restores": "1"}', '"restores" must be a whole number above 0'],
    ['a path', '{"version": "../1"}', '"version" must be a number in quotes, or null'],
  ])('says what is wrong with an alias of %s', async (_name, text, fault) => {
    await write('models/wine/aliases/broken.json', text);

    await expect(open().resolve('models:/wine@broken')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: `alias "broken" of model "wine" in the published registry is malformed: ${fault}; repair the object, or delete it and promote again`,
    });
  });

  const file = manifest('wine', 20).files[0];
  it.each([
    ['no JSON', 'nonsense', 'it is not JSON'],
    ['another schema', { ...manifest('wine', 20), schema: 'x/2' }, 'its schema is not'],
    ['another version', manifest('wine', 19), 'is of another version'],
    ['no files', { ...manifest('wine', 20), files: [] }, '"files" must list the files'],
    ['tags that are no texts', { ...manifest('wine', 20), tags: { a: 1 } }, '"tags" must map'],
    [
      'no size',
      { ...manifest('wine', 20), files: [{ ...file, size: '12' }] },
      'file 0 has a "size"',
    ],
    [
      'no digest',
      { ...manifest('wine', 20), files: [{ ...file, sha256: 'AB' }] },
      'file 0 has a "sha256"',
    ],
    [
      'a path upwards',
      { ...manifest('wine', 20), files: [{ ...file, path: 'a/../../b' }] },
      'file 0 has a "path"',
    ],
    [
      'an absolute path',
      { ...manifest('wine', 20), files: [{ ...file, path: '/etc/x' }] },
      'file 0 has a "path"',
    ],
    ['a directory upwards', { ...manifest('wine', 20), directory: '..' }, '"directory" must be'],
    ['a deep directory', { ...manifest('wine', 20), directory: 'a/b' }, '"directory" must be'],
    ['no directory', { ...manifest('wine', 20), directory: 7 }, '"directory" must be'],
    ['a file twice', { ...manifest('wine', 20), files: [file, file] }, 'lists a path twice'],
  ])('says what is wrong with a manifest of %s', async (_name, value, fault) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    await write('models/wine/versions/20/manifest.json', text);

    await expect(open().resolve('models:/wine/20')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining(fault),
    });
  });

  it('takes the directory that the manifest names', async () => {
    const value = { ...manifest('wine', 20), directory: '0123456789abcdef' };
    await write('models/wine/versions/20/manifest.json', JSON.stringify(value));

    expect(await open().resolve('models:/wine/20')).toMatchObject({
      source: join(folder.path, 'models/wine/versions/20/0123456789abcdef'),
    });
  });

  it('says that an alias points to a version that is not published', async () => {
    await write('models/wine/aliases/early.json', '{"version": "11"}');

    await expect(open().resolve('models:/wine@early')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: 'alias "early" of model "wine" points to version 11, which is not there',
    });
  });
});
