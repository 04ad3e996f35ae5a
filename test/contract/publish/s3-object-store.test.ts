import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../../src/publish/object-store.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { createS3ObjectStore } from '../../../src/publish/s3-object-store.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS, type Fault } from '../../helpers/fake-s3-answers.ts';
import { describeObjectStore } from '../object-store.suite.ts';

const environment = (s3: FakeS3, extra: Record<string, string> = {}) => ({
  AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
  MLFLOW_S3_ENDPOINT_URL: s3.url,
  ...extra,
});

describeObjectStore('S3 (fake)', async () => {
  const s3 = await startFakeS3({ pageKeys: 7 });
  s3.put('models', 'registry-of-others/x', 'not ours');
  const open = () => openObjectStore('s3://models/registry ü/', environment(s3));
  return {
    open,
    async clear() {
      const store = await open();
      await store.delete((await store.list('')).map(({ key }) => key));
    },
    close: () => s3.close(),
  };
});

describe('S3 that fails', () => {
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await startFakeS3();
    s3.put('models', 'r/a.json', 'a');
  });
  afterEach(() => s3.close());

  const open = (extra: Record<string, string> = {}) =>
    openObjectStore('s3://models/r', environment(s3, extra));
  const failFirst = (method: string, fault: Fault) =>
    s3.setFault((request) =>
      request.method === method && request.attempt === 1 ? fault : undefined,
    );

  it.each<{ name: string; fault: Fault }>([
    { name: 'throttles', fault: { kind: 'status', status: 503, code: 'SlowDown' } },
    {
      name: 'has an internal error',
      fault: { kind: 'status', status: 500, code: 'InternalError' },
    },
    { name: 'resets the connection', fault: { kind: 'reset' } },
    {
      name: 'finds two conditional writes at once',
      fault: { kind: 'status', status: 409, code: 'ConditionalRequestConflict' },
    },
  ])('is written to again when it $name', async ({ fault }) => {
    failFirst('PUT', fault);

    const outcome = await (await open()).write('b.json', Buffer.from('b'), { ifAbsent: true });

    expect(outcome).toBe('written');
    expect(s3.get('models', 'r/b.json')?.toString()).toBe('b');
  });

  it.each<{ name: string; call: (store: ObjectStore) => Promise<unknown> }>([
    { name: 'reading', call: (store) => store.read('a.json') },
    { name: 'listing', call: (store) => store.list('') },
    {
      name: 'writing',
      call: (store) => store.write('b.json', Buffer.from('b'), { ifAbsent: true }),
    },
    { name: 'deleting', call: (store) => store.delete(['a.json']) },
  ])('is given up when it says nothing: $name', async ({ call }) => {
    s3.setFault(() => ({ kind: 'delay', ms: 3_000 }));
    const store = createS3ObjectStore('s3://models/r', environment(s3), { timeoutMs: 200 });

    await expect(call(store)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringMatching(/^s3:\/\/models\/r.* did not answer within 0\.2 s/),
    });
  });

  it('waits for other conditional writes as long as it takes', async () => {
    const fault: Fault = { kind: 'status', status: 409, code: 'ConditionalRequestConflict' };
    s3.setFault(({ attempt }) => (attempt < 8 ? fault : undefined));

    const outcome = await (await open()).write('b.json', Buffer.from('b'), { ifAbsent: true });

    expect(outcome).toBe('written');
  });

  it.each<{ name: string; fault: Fault }>([
    { name: 'cuts the answer short', fault: { kind: 'truncate' } },
    { name: 'throttles', fault: { kind: 'status', status: 503, code: 'SlowDown' } },
    { name: 'resets the connection', fault: { kind: 'reset' } },
  ])('is read again when it $name', async ({ fault }) => {
    s3.put('models', 'r/large.json', Buffer.alloc(300_000, 'x'));
    failFirst('GET', fault);

    const found = await (await open()).read('large.json');

    expect(found?.bytes.length).toBe(300_000);
  });

  it('reports a conflict with its own write when the answer to it was lost', async () => {
    failFirst('PUT', { kind: 'lose-answer' });

    const outcome = await (await open()).write('b.json', Buffer.from('b'), { ifAbsent: true });

    expect(outcome).toBe('conflict');
    expect(s3.get('models', 'r/b.json')?.toString()).toBe('b');
  });

  it('finds an upload in parts complete when the last answer was lost', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'upload-'));
    const path = join(folder, 'large.bin');
    const content = Buffer.alloc(33 * 2 ** 20, 'abc');
    await writeFile(path, content);
    s3.setFault(({ method, attempt, key }) =>
      method === 'POST' && attempt === 1 && s3.get('models', key) === undefined && isCompletion()
        ? { kind: 'lose-answer' }
        : undefined,
    );
    const isCompletion = () => s3.requests.some(({ method }) => method === 'PUT');
    const sha256 = createHash('sha256').update(content).digest('hex');
    const steps: number[] = [];

    const file = { path, sizeBytes: content.length, sha256 };
    await (await open()).upload('large.bin', file, { onProgress: (bytes) => steps.push(bytes) });

    expect(s3.get('models', 'r/large.bin')?.equals(content)).toBe(true);
    expect(steps.reduce((sum, step) => sum + step, 0)).toBe(content.length);
    await rm(folder, { recursive: true });
  });

  it.each<{ name: string; fault: Fault; code: string; text: RegExp }>([
    {
      name: 'denied access',
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
      code: 'PERMISSION_DENIED',
      text: /s3:\/\/models\/r\/b.json is denied to these credentials; they need s3:PutObject, and kms:GenerateDataKey/,
    },
    {
      name: 'expired credentials',
      fault: { kind: 'status', status: 400, code: 'ExpiredToken' },
      code: 'UNAUTHENTICATED',
      text: /expired/,
    },
    {
      name: 'throttling without end',
      fault: { kind: 'status', status: 503, code: 'SlowDown' },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /throttled \(SlowDown\)/,
    },
  ])('says what is wrong after $name', async ({ fault, code, text }) => {
    s3.setFault(({ method }) => (method === 'PUT' ? fault : undefined));
    const store = await open({ AWS_MAX_ATTEMPTS: '1' });

    const write = store.write('b.json', Buffer.from('b'), { ifAbsent: true });

    await expect(write).rejects.toMatchObject({ code, message: expect.stringMatching(text) });
  });

  it('says which permission reading, listing and deleting take', async () => {
    s3.setFault(() => ({ kind: 'status', status: 403, code: 'AccessDenied' }));
    const store = await open();

    await expect(store.read('a.json')).rejects.toThrow(/need s3:GetObject/);
    await expect(store.list('')).rejects.toThrow(/need s3:ListBucket/);
    await expect(store.delete(['a.json'])).rejects.toThrow(/need s3:DeleteObject/);
  });

  it('names a missing bucket, wrong keys and a server that is not there', async () => {
    const nowhere = await openObjectStore('s3://nowhere/r', environment(s3));
    for (const call of [nowhere.read, nowhere.list]) {
      await expect(call('a')).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining('no such bucket'),
      });
    }
    const stranger = await open({ AWS_SECRET_ACCESS_KEY: 'verySecretValue' });
    const failure = await stranger.read('a.json').catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(String(failure)).not.toContain('verySecretValue');
    const { url } = s3;
    await s3.close();
    const gone = await open({ MLFLOW_S3_ENDPOINT_URL: url, AWS_MAX_ATTEMPTS: '1' });
    await expect(gone.read('a.json')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('connection refused'),
    });
    s3 = await startFakeS3();
  });

  it('sends the expected owner of the bucket, and the token of the session', async () => {
    const store = await open({
      MLFLOW_S3_EXPECTED_BUCKET_OWNER: '111122223333',
      AWS_SESSION_TOKEN: 'token',
    });

    await store.read('a.json');
    await store.write('b.json', Buffer.from('b'), { ifAbsent: true });
    await store.list('');
    await store.delete(['b.json']);

    for (const { headers } of s3.requests) {
      expect(headers['x-amz-expected-bucket-owner']).toBe('111122223333');
      expect(headers['x-amz-security-token']).toBe('token');
    }
  });

  it('asks for the encryption that MLflow’s variable names', async () => {
    const store = await open({
      MLFLOW_S3_UPLOAD_EXTRA_ARGS: '{"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "key"}',
    });

    await store.write('b.json', Buffer.from('b'), { ifAbsent: true });

    expect(s3.requests[0]?.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key',
    });
  });

  it.each([
    'nonsense',
    '[]',
    '{"Bucket": "other"}',
    '{"ACL": 7}',
  ])('refuses %s as extra arguments', async (text) => {
    await expect(open({ MLFLOW_S3_UPLOAD_EXTRA_ARGS: text })).rejects.toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining('MLFLOW_S3_UPLOAD_EXTRA_ARGS'),
    });
  });

  it('does not overwrite where the server gives no tags', async () => {
    s3.setFault(() => ({ kind: 'no-etag' }));
    const store = await open();
    const etag = (await store.read('a.json'))?.etag ?? '';

    await expect(store.write('a.json', Buffer.from('b'), { ifMatch: etag })).rejects.toMatchObject({
      code: 'NOT_IMPLEMENTED',
    });
  });
});

describe('S3 behind a certificate that nobody signed', () => {
  const TLS = join(import.meta.dirname, '..', 'fixtures', 'tls');
  let server: https.Server;
  let environment: Record<string, string>;
  beforeEach(async () => {
    const pem = await readFile(join(TLS, 'server.pem'));
    server = https.createServer({ key: pem, cert: pem }, (_request, response) => {
      response.setHeader('etag', '"x"').end('text');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    environment = {
      AWS_ENDPOINT_URL_S3: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION: 'unsigned',
      AWS_MAX_ATTEMPTS: '1',
    };
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  it.each([
    ['AWS_CA_BUNDLE', { AWS_CA_BUNDLE: join(TLS, 'cert.pem'), REQUESTS_CA_BUNDLE: '/nowhere' }],
    ['REQUESTS_CA_BUNDLE', { REQUESTS_CA_BUNDLE: join(TLS, 'cert.pem') }],
    ['MLFLOW_S3_IGNORE_TLS', { MLFLOW_S3_IGNORE_TLS: 'true', AWS_CA_BUNDLE: '/nowhere' }],
  ])('is trusted by %s', async (_name, extra) => {
    const trusted = { ...environment, ...(extra as Record<string, string>) };
    const store = await openObjectStore('s3://models/r', trusted);

    expect(Buffer.from((await store.read('a'))?.bytes ?? []).toString()).toBe('text');
  });

  it('is refused with the name of the variable', async () => {
    const store = await openObjectStore('s3://models/r', environment);

    await expect(store.read('a')).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringMatching(/certificate is self-signed .*AWS_CA_BUNDLE/),
    });
  });
});
