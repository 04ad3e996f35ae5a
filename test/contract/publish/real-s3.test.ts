/**
 * Publishing over a real S3 server: set S3_ENDPOINT_URL and, unless any key will do, AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY. Skipped otherwise: `npm test` needs no server.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3ObjectReader } from '../../../src/artifacts/s3-object-reader.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import { type ProxyFault, startStoreFaultProxy } from '../../helpers/store-fault-proxy.ts';
import { describeObjectStore } from '../object-store.suite.ts';
import { describeConcurrentPromoters } from './concurrent-promoters.suite.ts';

const endpoint = process.env['S3_ENDPOINT_URL'];
const environmentFor = (url = '') => ({
  AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
  MLFLOW_S3_ENDPOINT_URL: url,
});
const environment = environmentFor(endpoint);
const bucket = `publish-${Date.now().toString(36)}`;

let roots = 0;
async function makeRoot(): Promise<string> {
  if (roots === 0) await createS3Upload(endpoint ?? '', environment).createBucket(bucket);
  roots += 1;
  return `s3://${bucket}/root ü/${roots}`;
}

describe.skipIf(!endpoint)('a real S3 server', () => {
  describeObjectStore('S3 (real server)', async () => {
    const uri = await makeRoot();
    const open = () => openObjectStore(uri, environment);
    return {
      open,
      async clear() {
        const store = await open();
        await store.delete((await store.list('')).map(({ key }) => key));
      },
      close: async () => {},
    };
  });

  /** Ten of a hundred requests go wrong, in every way. */
  const startFaulty = async () => {
    const proxy = await startStoreFaultProxy(endpoint ?? '');
    const faults = ['throttle', 'lose', 'conflict', 'cut', 'truncate'] as const;
    proxy.set(({ number, method }) => {
      if (number % 10 !== 0) return undefined;
      const fault: ProxyFault = faults[(number / 10) % faults.length] ?? 'throttle';
      return fault === 'conflict' && method !== 'PUT' ? 'throttle' : fault;
    });
    return proxy;
  };

  const setupPromoters = (start: typeof startStoreFaultProxy) => async () => {
    const uri = await makeRoot();
    const proxy = await start(endpoint ?? '');
    return {
      uri,
      environment: environmentFor(proxy.url),
      directEnvironment: environment,
      close: () => proxy.close(),
    };
  };
  const load = { moves: 20, kills: 10 };
  describeConcurrentPromoters('S3 (real server)', setupPromoters(startStoreFaultProxy), load);
  describeConcurrentPromoters(
    'S3 (real server) that throttles, breaks off and loses answers',
    setupPromoters(startFaulty),
    load,
  );

  it('receives a large file whole, whatever goes wrong on the way', async () => {
    const uri = await makeRoot();
    const proxy = await startFaulty();
    const folder = await mkdtemp(join(tmpdir(), 'upload-'));
    const content = Buffer.alloc(100 * 2 ** 20, 'some bytes of a model ');
    const file = {
      path: join(folder, 'model.onnx'),
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
    await writeFile(file.path, content);
    const store = await openObjectStore(uri, environmentFor(proxy.url));
    proxy.set(({ number }) => (number % 4 === 1 ? 'lose' : number % 4 === 3 ? 'cut' : undefined));

    await store.upload('model.onnx', file);

    const found = await (await openObjectStore(uri, environment)).read('model.onnx');
    expect(content.equals(found?.bytes ?? Buffer.of())).toBe(true);
    expect(proxy.counts.lose).toBeGreaterThan(0);
    await proxy.close();
    await rm(folder, { recursive: true });
  }, 120_000);

  it('answers without a body what has not changed, and at once what has', async () => {
    const uri = await makeRoot();
    const store = await openObjectStore(uri, environment);
    await store.write('a.json', Buffer.from('one'), { ifAbsent: true });
    const reader = createS3ObjectReader(createS3Client(environment), uri);
    const first = await reader.readTagged('a.json', undefined);
    const tag = first !== undefined && first !== 'unchanged' ? first.tag : undefined;

    expect(tag).toBe((await store.read('a.json'))?.etag);
    expect(await reader.readTagged('a.json', tag)).toBe('unchanged');

    await store.write('a.json', Buffer.from('two'), { ifMatch: tag ?? '' });
    expect(await reader.readTagged('a.json', tag)).toMatchObject({ bytes: Buffer.from('two') });
    await store.delete(['a.json']);
    expect(await reader.readTagged('a.json', tag)).toBeUndefined();
  });
});
