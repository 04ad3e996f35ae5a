import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { openS3Bucket } from '../../../src/publish/s3-bucket.ts';
import { type FakeS3, startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../../helpers/fake-s3-answers.ts';
import { describeBatchOutput } from '../batch-output.suite.ts';

const environment = (s3: FakeS3) => ({
  AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
  MLFLOW_S3_ENDPOINT_URL: s3.url,
});
const open = (s3: FakeS3, signal?: AbortSignal) =>
  openBatchOutput('s3://results/out ü', environment(s3), { ...(signal && { signal }) });
const unfinished = async (s3: FakeS3) => {
  const { client, common } = openS3Bucket('s3://results', environment(s3));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(common));
  return Uploads.length;
};

describeBatchOutput('S3 (fake)', async () => {
  let s3 = await startFakeS3();
  return {
    open: () => open(s3),
    async clear() {
      await s3.close();
      s3 = await startFakeS3();
      s3.put('results', 'others', 'x');
    },
    unfinished: () => unfinished(s3),
    close: () => s3.close(),
  };
});

describe('S3 that fails while results are written', () => {
  let s3: FakeS3;
  beforeEach(async () => {
    s3 = await startFakeS3();
    s3.put('results', 'others', 'x');
  });
  afterEach(() => s3.close());

  const LARGE = Buffer.alloc(20 * 2 ** 20, 'row ');
  const write = async (bytes = LARGE, signal?: AbortSignal) => {
    const pending = await (await open(s3, signal)).create('a.csv', 'text/csv');
    await pending.write(bytes);
    return pending;
  };
  const found = () => s3.get('results', 'out ü/a.csv');
  const isComplete = ({ method, headers }: { method: string; headers: object }) =>
    method === 'POST' && 'if-none-match' in headers;

  it('writes whole objects though the first attempt of every request fails', async () => {
    s3.setFault(({ attempt, method }) =>
      attempt > 1
        ? undefined
        : method === 'PUT'
          ? { kind: 'reset' }
          : { kind: 'status', status: 503, code: 'SlowDown' },
    );

    expect(await (await write()).complete()).toBe('written');

    expect(found()?.equals(LARGE)).toBe(true);
    expect(await unfinished(s3)).toBe(0);
  });

  it('finds its own object when the answer to the last request is lost', async () => {
    s3.setFault((request) =>
      isComplete(request) && request.attempt === 1 ? { kind: 'lose-answer' } : undefined,
    );

    expect(await (await write()).complete()).toBe('conflict');

    expect(found()?.equals(LARGE)).toBe(true);
  });

  it('has lost when another write was under way and succeeded', async () => {
    const pending = await write();
    s3.setFault((request) => {
      if (!isComplete(request)) return undefined;
      s3.put('results', 'out ü/a.csv', 'of the other');
      return { kind: 'status', status: 409, code: 'ConditionalRequestConflict' };
    });

    expect(await pending.complete()).toBe('conflict');

    expect(found()?.toString()).toBe('of the other');
    s3.setFault(() => undefined);
    expect(await unfinished(s3)).toBe(0);
  });

  it('is to be done again when neither of two writes was kept', async () => {
    const pending = await write();
    s3.setFault((request) =>
      isComplete(request)
        ? { kind: 'status', status: 409, code: 'ConditionalRequestConflict' }
        : undefined,
    );

    await expect(pending.complete()).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('another run of the same job'),
    });
    await pending.abort();

    expect(found()).toBeUndefined();
    expect(await unfinished(s3)).toBe(0);
  });

  it('is to be done again when another run has removed its upload', async () => {
    const pending = await write();
    await expect.poll(() => unfinished(s3)).toBe(1);
    await (await openBatchOutput('s3://results', environment(s3))).removeUnfinished('out ü');

    await expect(pending.complete()).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('removed by another run'),
    });
  });

  it('names the permission that is missing', async () => {
    s3.setFault(({ method }) =>
      method === 'GET' ? undefined : { kind: 'status', status: 403, code: 'AccessDenied' },
    );

    const refusal = {
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('s3:PutObject'),
    };
    await expect((await write(Buffer.from('x'))).complete()).rejects.toMatchObject(refusal);
    await expect((await write()).complete()).rejects.toMatchObject(refusal);
  });

  it('stops when the caller has gone, and removes what it has begun', async () => {
    const stop = new AbortController();
    const pending = await write(LARGE, stop.signal);
    await expect.poll(() => unfinished(s3)).toBe(1);
    stop.abort(new Error('no time left'));

    await expect(pending.complete()).rejects.toThrow('no time left');
    await pending.abort();

    expect(await unfinished(s3)).toBe(0);
  });
});
