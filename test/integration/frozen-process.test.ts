import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeS3, startFakeS3 } from '../helpers/fake-s3.ts';
import { FAKE_KEYS } from '../helpers/fake-s3-answers.ts';
import { aliasKey, onnxModelFiles, publishedObjects } from '../helpers/published-model.ts';
import { identityModel, linearModel } from '../helpers/tiny-onnx.ts';

const CHAMPION = 'models:/wine@champion';

let directory: string;
let s3: FakeS3;
let child: ChildProcess;
let lines: AsyncIterator<string>;

const point = (version: number): void => {
  s3.put('bucket', `registry/${aliasKey('wine', 'champion')}`, `{"version": "${version}"}`);
};

async function ask(): Promise<{ tookMs: number; answer: string }> {
  child.stdin?.write(`${CHAMPION}\n`);
  const { value } = await lines.next();
  const [tookMs, answer] = String(value).split(' ');
  return { tookMs: Number(tookMs), answer: answer ?? '' };
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'frozen-'));
  s3 = await startFakeS3();
  const versions = [linearModel(3), identityModel('float32', ['N', 3])];
  for (const [index, onnx] of versions.entries()) {
    for (const [key, bytes] of publishedObjects('wine', index + 1, onnxModelFiles(onnx))) {
      s3.put('bucket', `registry/${key}`, bytes);
    }
  }
  point(1);
  child = spawn(process.execPath, [join(import.meta.dirname, '../helpers/cache-child.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      CACHE_DIRECTORY: join(directory, 'cache'),
      MLFLOW_REGISTRY_URI: 's3://bucket/registry',
      MLFLOW_S3_ENDPOINT_URL: s3.url,
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
    },
  });
  lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
});
afterEach(async () => {
  child.kill('SIGKILL');
  await s3.close();
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
});

it('answers with the new version in the first request after a freeze that cut a lookup off', async () => {
  expect((await ask()).answer).toBe('6');
  s3.setFault(() => ({ kind: 'delay', ms: 60_000 }));
  await sleep(100);
  const warm = await ask();
  child.kill('SIGSTOP');
  s3.setFault(() => undefined);
  point(2);
  await sleep(2_500);
  child.kill('SIGCONT');

  expect(await ask()).toMatchObject({ answer: '1,1,1' });
  expect(warm.answer).toBe('6');
});

it('goes on with what it has after a freeze when the registry is gone', async () => {
  expect((await ask()).answer).toBe('6');
  await s3.close();
  await sleep(100);
  await ask();
  child.kill('SIGSTOP');
  await sleep(2_000);
  child.kill('SIGCONT');

  const after = await ask();
  const next = await ask();

  expect([after.answer, next.answer]).toEqual(['6', '6']);
  expect(next.tookMs).toBeLessThan(1_000);
});
