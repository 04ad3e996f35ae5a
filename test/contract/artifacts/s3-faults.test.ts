import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DownloadPolicy } from '../../../src/artifacts/download-directory.ts';
import { createS3Client, type S3ClientOptions } from '../../../src/artifacts/s3-client.ts';
import { createS3Store } from '../../../src/artifacts/s3-store.ts';
import { type FakeRequest, type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS, type Fault } from '../../helpers/fake-s3-answers.ts';
import { expectFiles, manifestOf, patternBytes } from '../artifact-store.suite.ts';

const FILES = { MLmodel: 'flavors: {}\n', 'model.onnx': patternBytes(300_000) };
const URI = 's3://models/wine';
/** Three parts for the model. */
const POLICY: DownloadPolicy = { partBytes: 100_000, idleTimeoutMs: 200, firstPauseMs: 5 };

let s3: FakeS3;
let parent: string;
let target: string;

beforeEach(async () => {
  s3 = await startFakeS3();
  for (const [path, content] of Object.entries(FILES)) s3.put('models', `wine/${path}`, content);
  parent = await mkdtemp(join(tmpdir(), 's3-'));
  target = join(parent, 'model');
});
afterEach(async () => {
  await s3.close();
  await rm(parent, { recursive: true });
});

const environment = (extra: Record<string, string> = {}) => ({
  AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
  AWS_ENDPOINT_URL_S3: s3.url,
  ...extra,
});

function download(extra: Record<string, string> = {}, options: S3ClientOptions = {}) {
  const store = createS3Store(createS3Client(environment(extra), options), POLICY);
  return store.download(URI, target, { files: manifestOf(FILES) });
}

/** Fail a request of the model's file the first time, or every time. */
const onModel = (fault: Fault, when: 'once' | 'always' = 'once') =>
  s3.setFault((request) =>
    request.key.endsWith('model.onnx') && (when === 'always' || request.attempt === 1)
      ? fault
      : undefined,
  );

describe('S3 that fails for a moment', () => {
  it.each<{ name: string; fault: Fault }>([
    { name: 'cuts a part short', fault: { kind: 'truncate' } },
    { name: 'stands still in the middle of a part', fault: { kind: 'stall' } },
    { name: 'resets the connection', fault: { kind: 'reset' } },
    { name: 'throttles', fault: { kind: 'status', status: 503, code: 'SlowDown' } },
    {
      name: 'has an internal error',
      fault: { kind: 'status', status: 500, code: 'InternalError' },
    },
    {
      name: 'asks for patience',
      fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
    },
    {
      name: 'finds the request too old',
      fault: { kind: 'status', status: 403, code: 'RequestTimeTooSkewed' },
    },
    { name: 'answers slowly', fault: { kind: 'delay', ms: 100 } },
    { name: 'sends wrong bytes', fault: { kind: 'flip-bytes' } },
  ])('is asked again when it $name', async ({ fault }) => {
    onModel(fault);

    await download();

    await expectFiles(target, FILES);
    expect(await readdir(parent)).toEqual(['model']);
  });

  it('gives the parts that arrived another try only when the bytes were wrong', async () => {
    s3.setFault(({ range, attempt }) =>
      range === 'bytes=100000-199999' && attempt === 1 ? { kind: 'truncate' } : undefined,
    );

    await download();

    const ranges = s3.requests.flatMap(({ range }) => range ?? []).sort();
    expect(ranges).toEqual([
      'bytes=0-99999',
      'bytes=100000-199999',
      'bytes=100000-199999',
      'bytes=200000-299999',
    ]);
  });

  it('gives up a head that does not come and asks again', async () => {
    onModel({ kind: 'delay', ms: 2_000 });

    await download({}, { timeoutMs: 100 });

    await expectFiles(target, FILES);
  });
});

describe('S3 that goes on failing', () => {
  it.each<{ name: string; fault: Fault; code: string; text: RegExp }>([
    {
      name: 'truncation',
      fault: { kind: 'truncate' },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /broke off/,
    },
    {
      name: 'stalls',
      fault: { kind: 'stall' },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /sent nothing for 0.2 s/,
    },
    {
      name: 'resets',
      fault: { kind: 'reset' },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /connection was cut/,
    },
    {
      name: 'throttling',
      fault: { kind: 'status', status: 503, code: 'SlowDown' },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /throttled \(SlowDown\)/,
    },
    {
      name: 'wrong bytes',
      fault: { kind: 'flip-bytes' },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /SHA-256/,
    },
    {
      name: 'denied access',
      fault: { kind: 'status', status: 403, code: 'AccessDenied' },
      code: 'PERMISSION_DENIED',
      text: /s3:\/\/models\/wine\/model.onnx .*s3:GetObject/,
    },
    {
      name: 'expired credentials',
      fault: { kind: 'status', status: 400, code: 'ExpiredToken' },
      code: 'UNAUTHENTICATED',
      text: /expired/,
    },
    {
      name: 'an archived object',
      fault: { kind: 'status', status: 403, code: 'InvalidObjectState' },
      code: 'PERMISSION_DENIED',
      text: /archived/,
    },
    {
      name: 'a missing key',
      fault: { kind: 'status', status: 404, code: 'NoSuchKey' },
      code: 'RESOURCE_DOES_NOT_EXIST',
      text: /does not exist/,
    },
    {
      name: 'a page of something else',
      fault: { kind: 'status', status: 418 },
      code: 'TEMPORARILY_UNAVAILABLE',
      text: /418/,
    },
  ])('leaves nothing after $name and says what is wrong', async ({ fault, code, text }) => {
    onModel(fault, 'always');

    await expect(download()).rejects.toMatchObject({ code, message: expect.stringMatching(text) });

    expect(await readdir(parent)).toEqual([]);
    expect(s3.requests.length).toBeLessThan(30);
  });

  it('keeps to the time for the whole download', async () => {
    onModel({ kind: 'stall' }, 'always');
    const store = createS3Store(createS3Client(environment()), { timeoutMs: 300, firstPauseMs: 5 });

    await expect(store.download(URI, target)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: 'the download of s3://models/wine took longer than 0.3 s',
    });

    expect(await readdir(parent)).toEqual([]);
  });

  it('names a missing bucket, and a server that is not there', async () => {
    const client = createS3Client(environment());
    const nowhere = createS3Store(client, POLICY).download('s3://nowhere/wine', target);
    await expect(nowhere).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringMatching(/s3:\/\/nowhere\/wine\/ .*no such bucket/),
    });

    const { url } = s3;
    await s3.close();
    const gone = download({ AWS_ENDPOINT_URL_S3: url });
    await expect(gone).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('connection refused'),
    });
    s3 = await startFakeS3();
  });

  it.each([
    { name: 'an unknown key id', variable: 'AWS_ACCESS_KEY_ID', text: /access key id/ },
    { name: 'a wrong secret', variable: 'AWS_SECRET_ACCESS_KEY', text: /secret access key/ },
  ])('reports $name as credentials, without showing them', async ({ variable, text }) => {
    const failure = await download({ [variable]: 'verySecretValue' }).catch((error) => error);

    expect(failure).toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(text),
    });
    expect(failure.message).not.toContain('verySecretValue');
  });
});

describe('a large file in parts', () => {
  const isFirst = ({ range }: FakeRequest) => range === 'bytes=0-99999';

  it('never mixes two versions of the object', async () => {
    const other = patternBytes(600_000).subarray(300_000);
    const files = manifestOf(FILES);
    s3.setFault((request) => {
      if (isFirst(request)) s3.put('models', 'wine/model.onnx', other);
      return undefined;
    });
    const client = createS3Client(environment());
    const store = createS3Store(client, { ...POLICY, parallel: 1 });

    const withDigests = store.download(URI, target, { files });
    await expect(withDigests).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });

    s3.put('models', 'wine/model.onnx', FILES['model.onnx']);
    await store.download(URI, target);
    expect((await readFile(join(target, 'model.onnx'))).equals(other)).toBe(true);
  });

  it('begins again when a later part finds another version', async () => {
    const other = Buffer.from(FILES['model.onnx']).reverse();
    s3.setFault(({ range, attempt }) => {
      if (range === 'bytes=100000-199999' && attempt === 1) {
        s3.put('models', 'wine/model.onnx', other);
      }
      return undefined;
    });
    const client = createS3Client(environment());

    await createS3Store(client, { ...POLICY, parallel: 1 }).download(URI, target);

    expect((await readFile(join(target, 'model.onnx'))).equals(other)).toBe(true);
    expect(s3.requests.filter(({ etag }) => etag !== undefined).length).toBeGreaterThan(0);
  });

  it.each<{ name: string; fault: Fault }>([
    { name: 'ignores ranges', fault: { kind: 'ignore-range' } },
    { name: 'has no entity tags', fault: { kind: 'no-etag' } },
    { name: 'does not announce lengths', fault: { kind: 'no-length' } },
  ])('comes whole from a server that $name', async ({ fault }) => {
    onModel(fault, 'always');

    await download();

    await expectFiles(target, FILES);
  });

  it('asks for eight things at once and no more', async () => {
    s3.setFault(() => ({ kind: 'delay', ms: 30 }));
    const store = createS3Store(createS3Client(environment()), { partBytes: 10_000 });

    await store.download(URI, target, { files: manifestOf(FILES) });

    expect(s3.mostAtOnce()).toBe(8);
  });
});

describe('regions, owners and public buckets', () => {
  it.each<{ name: string; fault: Fault }>([
    {
      name: 'redirects',
      fault: {
        kind: 'status',
        status: 301,
        code: 'PermanentRedirect',
        headers: { 'x-amz-bucket-region': 'us-east-1', location: 'http://169.254.169.254/' },
      },
    },
    {
      name: 'refuses the region',
      fault: {
        kind: 'status',
        status: 400,
        code: 'AuthorizationHeaderMalformed',
        headers: { 'x-amz-bucket-region': 'us-east-1' },
      },
    },
  ])("signs for the bucket's own region when S3 $name", async ({ fault }) => {
    await s3.close();
    s3 = await startFakeS3({ isPublic: true });
    for (const [path, content] of Object.entries(FILES)) s3.put('models', `wine/${path}`, content);
    s3.setFault(({ headers }) =>
      headers.authorization?.includes('/us-east-1/s3/') ? undefined : fault,
    );

    await download({ AWS_REGION: 'eu-west-1' });

    await expectFiles(target, FILES);
  });

  it('sends the expected owner of the bucket and the session token, both signed', async () => {
    await download({ MLFLOW_S3_EXPECTED_BUCKET_OWNER: '111122223333', AWS_SESSION_TOKEN: 'token' });

    const { headers } = s3.requests[0] as FakeRequest;
    expect(headers['x-amz-expected-bucket-owner']).toBe('111122223333');
    expect(headers['x-amz-security-token']).toBe('token');
    expect(headers.authorization).toMatch(
      /SignedHeaders=[^,]*x-amz-expected-bucket-owner;x-amz-security-token/,
    );
  });

  it('reads public buckets without a signature', async () => {
    await s3.close();
    s3 = await startFakeS3({ isPublic: true });
    for (const [path, content] of Object.entries(FILES)) s3.put('models', `wine/${path}`, content);

    await download({ MLFLOW_EXPERIMENTAL_S3_SIGNATURE_VERSION: 'UNSIGNED' });

    expect(s3.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true);
  });

  it('looks expired credentials up again', async () => {
    let asked = 0;
    const credentials = {
      get: async () => ({ ...FAKE_KEYS, sessionToken: `token-${asked}` }),
      forget: () => {
        asked += 1;
      },
    };
    s3.setFault(({ headers }) =>
      headers['x-amz-security-token'] === 'token-0'
        ? { kind: 'status', status: 400, code: 'ExpiredToken' }
        : undefined,
    );

    await download({}, { credentials });

    await expectFiles(target, FILES);
  });
});
