import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../src/batch/batch-input.ts';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';

const environment = (s3: FakeS3) => ({
  AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
  MLFLOW_S3_ENDPOINT_URL: s3.url,
});
const collect = async (parts: AsyncIterable<Uint8Array>) => {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
};
/** Two whole ranges and a part of one. */
const LARGE = Buffer.alloc(18 * 2 ** 20, 'rows of a file ');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(['a folder', 'S3 (fake)'])('batch input: %s', (name) => {
  let root: string;
  let s3: FakeS3;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'batch-input-'));
    s3 = await startFakeS3();
    s3.put('data', 'other', '');
  });
  afterAll(async () => {
    rmSync(root, { recursive: true });
    await s3.close();
  });

  const isFolder = name === 'a folder';
  const put = (bytes: Uint8Array | string) => {
    if (isFolder) writeFileSync(join(root, 'rows ü%20.csv'), bytes);
    else s3.put('data', 'in//a b/rows ü%20.csv', bytes);
  };
  const uri = () => (isFolder ? join(root, 'rows ü%20.csv') : 's3://data/in//a b/rows ü%20.csv');
  const open = () => openBatchInput(uri(), environment(s3));

  it.each([
    ['no bytes', Buffer.of()],
    ['one byte', Buffer.from('x')],
    ['several ranges', LARGE],
  ])('reads an input of %s', async (_name, bytes) => {
    put(bytes);

    const input = await open();

    expect(input.sizeBytes).toBe(bytes.length);
    expect(sha256(await collect(input.stream()))).toBe(sha256(bytes));
    expect(input.key).toBe(isFolder ? 'rows ü%20.csv' : 'in//a b/rows ü%20.csv');
    expect(input.uri).toBe(uri());
  });

  it('reads any range', async () => {
    put(LARGE);
    const input = await open();

    for (const [start, end] of [
      [0, 0],
      [0, 1],
      [5, 9 * 2 ** 20],
      [LARGE.length - 3, LARGE.length],
    ] as const) {
      const expected = sha256(LARGE.subarray(start, end));
      expect(sha256(await input.read({ start, end }))).toBe(expected);
      expect(sha256(await collect(input.stream({ start, end })))).toBe(expected);
    }
  });

  it('has another ETag when the bytes are others', async () => {
    put('one');
    const first = await open();
    put('other');

    expect((await open()).etag).not.toBe(first.etag);
    expect(first.etag).not.toContain('"');
  });

  it('says that it was replaced meanwhile', async () => {
    put(LARGE);
    const input = await open();
    put('short');

    const refusal = {
      code: 'INVALID_STATE',
      message: expect.stringContaining('while it was read'),
    };
    await expect(input.read({ start: 0, end: 4 })).rejects.toMatchObject(refusal);
    await expect(collect(input.stream())).rejects.toMatchObject(refusal);
  });

  it('stops when its reader stops', async () => {
    put(LARGE);
    const input = await open();

    for await (const part of input.stream()) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
  });

  it('says that nothing is there', async () => {
    const missing = isFolder ? join(root, 'none.csv') : 's3://data/none.csv';

    await expect(openBatchInput(missing, environment(s3))).rejects.toMatchObject({
      code: 'RESOURCE_DOES_NOT_EXIST',
      message: expect.stringContaining('none.csv'),
    });
  });
});

describe('names of inputs', () => {
  it.each([
    ['s3://bucket', 'INVALID_PARAMETER_VALUE'],
    ['s3://bucket/', 'INVALID_PARAMETER_VALUE'],
    ['', 'INVALID_PARAMETER_VALUE'],
    ['gs://bucket/rows.csv', 'NOT_IMPLEMENTED'],
    ['/', 'INVALID_PARAMETER_VALUE'],
  ])('refuses %j', async (uri, code) => {
    await expect(openBatchInput(uri, {})).rejects.toMatchObject({ code });
  });
});

describe('S3 that fails while rows are read', () => {
  let s3: FakeS3;
  let input: BatchInput;
  beforeEach(async () => {
    s3 = await startFakeS3();
    s3.put('data', 'rows.csv', LARGE);
    input = await openBatchInput('s3://data/rows.csv', environment(s3));
  });
  afterEach(() => s3.close());

  it.each([
    { kind: 'status', status: 503, code: 'SlowDown' },
    { kind: 'status', status: 500, code: 'InternalError' },
    { kind: 'truncate' },
    { kind: 'reset' },
  ] as const)('reads every byte though the first two attempts meet $kind', async (fault) => {
    s3.setFault(({ attempt }) => (attempt <= 2 ? fault : undefined));

    expect(sha256(await collect(input.stream()))).toBe(sha256(LARGE));
  });

  it('says so when it stays so, and never gives fewer bytes', async () => {
    s3.setFault(({ range }) =>
      range?.startsWith('bytes=8388608-') ? { kind: 'truncate' } : undefined,
    );

    await expect(collect(input.stream())).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
  });

  it('names the permission that is missing', async () => {
    s3.setFault(() => ({ kind: 'status', status: 403, code: 'AccessDenied' }));

    await expect(collect(input.stream())).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('s3:GetObject'),
    });
    await expect(openBatchInput('s3://data/rows.csv', environment(s3))).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
    });
  });
});
