import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openArtifactStore } from '../../../src/artifacts/open-store.ts';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';

describe('openArtifactStore', () => {
  let parent: string;
  let s3: FakeS3;
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'open-'));
    s3 = await startFakeS3();
    s3.put('models', 'wine/MLmodel', 'x');
  });
  afterAll(async () => {
    await s3.close();
    await rm(parent, { recursive: true });
  });

  const environment = (extra: Record<string, string> = {}) => ({
    MLFLOW_TRACKING_URI: 'http://mlflow.test:5000',
    AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
    AWS_ENDPOINT_URL: s3.url,
    ...extra,
  });
  const download = (uri: string, extra: Record<string, string> = {}, name = 'target') =>
    openArtifactStore(environment(extra)).download(uri, join(parent, name));

  it.each([
    'http://169.254.169.254/api/2.0/mlflow-artifacts/artifacts/m',
    'http://mlflow.test/api/2.0/mlflow-artifacts/artifacts/m',
    'https://mlflow.test:5000/api/2.0/mlflow-artifacts/artifacts/m',
    'http://mlflow.test:5000@evil.test/api/2.0/mlflow-artifacts/artifacts/m',
    'mlflow-artifacts://evil.test:5000/m',
    'mlflow-artifacts://mlflow.test:22/m',
  ])('does not ask a server that nobody named: %s', async (uri) => {
    await expect(download(uri)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('MLFLOW_SERVERLESS_ALLOWED_HOSTS'),
    });
  });

  it.each([
    'http://mlflow.test:5000/latest/meta-data',
    'http://mlflow.test:5000/api/2.0/mlflow-artifacts/artifacts/../../mlflow/users/list',
    'http://mlflow.test:5000/api/2.0/mlflow-artifacts/artifacts/%2e%2e/%2e%2e/admin',
  ])('asks the tracking server for nothing but artifacts: %s', async (uri) => {
    await expect(download(uri)).rejects.toMatchObject({ code: 'NOT_IMPLEMENTED' });
  });

  it.each([
    'gs://b/m',
    'wasb://container@account.blob.core.windows.net/m',
    'dbfs:/m',
    'r2://b@a/m',
    'x-y:z',
  ])('says that %s is not supported and what to do instead', async (uri) => {
    const extra = uri.startsWith('x') ? { MLFLOW_SERVERLESS_ALLOWED_SCHEMES: 'x-y' } : {};

    await expect(download(uri, extra)).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
      message: expect.stringMatching(/not supported; \w+/),
    });
  });

  it('refuses schemes that are not on the list', async () => {
    const extra = { MLFLOW_SERVERLESS_ALLOWED_SCHEMES: 's3' };
    const refused = {
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('SCHEMES'),
    };

    await expect(download('/etc', extra)).rejects.toMatchObject(refused);
    await expect(download('file:///etc', extra)).rejects.toMatchObject(refused);
    expect(() => openArtifactStore(environment(extra)).inPlace('/etc')).toThrow(/SCHEMES/);
    await download('s3://models/wine', extra, 'from-s3');
  });

  it('refuses buckets that are not on the list, once there is one', async () => {
    const extra = { MLFLOW_SERVERLESS_ALLOWED_HOSTS: 's3://other' };

    await expect(download('s3://models/wine', extra)).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
    });
    await download(
      's3://models/wine',
      { MLFLOW_SERVERLESS_ALLOWED_HOSTS: 's3://models' },
      'allowed',
    );
  });

  it('hands out folders in place, and nothing else', () => {
    const store = openArtifactStore(environment());

    expect(store.inPlace('/models/wine')).toBe('/models/wine');
    expect(store.inPlace('file:///models/red%20wine')).toBe('/models/red wine');
    expect(store.inPlace('s3://models/wine')).toBeUndefined();
    expect(store.inPlace('http://mlflow.test:5000/x')).toBeUndefined();
  });

  it('reads over a client that is shared', async () => {
    const s3Client = createS3Client(environment());
    const store = openArtifactStore({}, { s3Client });

    await store.download('s3://models/wine', join(parent, 'shared'));

    expect(s3.requests.at(-1)?.key).toBe('wine/MLmodel');
  });

  it('refuses an entry of the allow-list that it cannot read', () => {
    const open = () => openArtifactStore({ MLFLOW_SERVERLESS_ALLOWED_HOSTS: 'a b' });

    expect(open).toThrow(/host, host:port/);
  });
});
