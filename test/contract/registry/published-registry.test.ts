import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3ObjectReader } from '../../../src/artifacts/s3-object-reader.ts';
import { openRegistry } from '../../../src/registry/open-registry.ts';
import { startFakeS3 } from '../../helpers/fake-s3.ts';
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
    ['a file twice', { ...manifest('wine', 20), files: [file, file] }, 'lists a path twice'],
  ])('says what is wrong with a manifest of %s', async (_name, value, fault) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    await write('models/wine/versions/20/manifest.json', text);

    await expect(open().resolve('models:/wine/20')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining(fault),
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
