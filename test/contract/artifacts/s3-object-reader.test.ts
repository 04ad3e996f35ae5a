import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3ObjectReader } from '../../../src/artifacts/s3-object-reader.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';

describe('createS3ObjectReader', () => {
  let s3: FakeS3;
  beforeAll(async () => {
    s3 = await startFakeS3({ pageKeys: 2 });
    s3.put('models', 'registry/wine ü/aliases.json', '{}');
    s3.put('models', 'registry/wine ü/', '');
    for (let version = 1; version <= 5; version += 1) {
      s3.put('models', `registry/wine ü/versions/${version}/manifest.json`, 'm');
    }
    s3.put('models', 'registry-of-others/x', 'x');
  });
  afterAll(() => s3.close());

  const client = () =>
    createS3Client({
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      AWS_ENDPOINT_URL: s3.url,
    });
  const reader = () => createS3ObjectReader(client(), 's3://models/registry/');
  const pointers = () => createS3ObjectReader(client(), 's3://models/pointers');

  it('reads an object, and undefined where there is none', async () => {
    const found = await reader().read('wine ü/aliases.json');

    expect(Buffer.from(found ?? []).toString()).toBe('{}');
    expect(await reader().read('wine ü/nothing')).toBeUndefined();
  });

  it('sends only news of an object that was read before', async () => {
    s3.put('models', 'pointers/pointer.json', 'one');
    const first = await pointers().readTagged('pointer.json', undefined);
    const tag = first !== 'unchanged' ? first?.tag : undefined;

    expect(first).toMatchObject({ bytes: Buffer.from('one'), tag: expect.stringMatching(/^"/) });
    expect(await pointers().readTagged('pointer.json', tag)).toBe('unchanged');
    s3.put('models', 'pointers/pointer.json', 'two');
    expect(await pointers().readTagged('pointer.json', tag)).toMatchObject({
      bytes: Buffer.from('two'),
    });
    expect(await pointers().readTagged('nothing', tag)).toBeUndefined();
  });

  it('uses its connection again after an answer without a body', async () => {
    s3.put('models', 'pointers/pointer.json', 'one');
    const one = pointers();
    const first = await one.readTagged('pointer.json', undefined);
    const tag = first !== 'unchanged' ? first?.tag : undefined;
    const before = s3.connections();

    for (let i = 0; i < 5; i += 1) await one.readTagged('pointer.json', tag);

    expect(s3.connections()).toBeLessThanOrEqual(before + 1); // the first may still be in use
  });

  it('lists the names directly below a folder, over several pages', async () => {
    expect((await reader().list('wine ü')).sort()).toEqual(['aliases.json', 'versions']);
    expect((await reader().list('wine ü/versions')).sort()).toEqual(['1', '2', '3', '4', '5']);
    expect(await reader().list('')).toEqual(['wine ü']);
    expect(await reader().list('nothing')).toEqual([]);
  });

  it('gives the URI of a folder', () => {
    expect(reader().uriOf('wine ü/versions/3')).toBe('s3://models/registry/wine ü/versions/3');
    expect(createS3ObjectReader(client(), 's3://models').uriOf('')).toBe('s3://models');
  });

  it('does not take a missing bucket for a missing object', async () => {
    const elsewhere = createS3ObjectReader(client(), 's3://nowhere/registry');

    await expect(elsewhere.read('x')).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('no such bucket'),
    });
  });

  it('asks again after a passing failure, up to its time', async () => {
    s3.setFault(({ attempt }) => (attempt < 3 ? { kind: 'reset' } : undefined));
    expect(await reader().read('wine ü/versions/1/manifest.json')).toHaveLength(1);

    s3.setFault(() => ({ kind: 'delay', ms: 5_000 }));
    const hurried = createS3ObjectReader(client(), 's3://models/registry', { timeoutMs: 200 });
    await expect(hurried.read('wine ü/aliases.json')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: 's3://models/registry did not answer within 0.2 s',
    });
    s3.setFault(() => undefined);
  });
});
