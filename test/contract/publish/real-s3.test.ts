/**
 * Publishing over a real S3 server: set S3_ENDPOINT_URL and, unless any key will do, AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY. Skipped otherwise: `npm test` needs no server.
 */
import { describe, expect, it } from 'vitest';
import { createS3Client } from '../../../src/artifacts/s3-client.ts';
import { createS3ObjectReader } from '../../../src/artifacts/s3-object-reader.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import { type ProxyFault, startStoreFaultProxy } from '../../helpers/store-fault-proxy.ts';
import { describeObjectStore } from '../object-store.suite.ts';
import { describeConcurrentPromoters } from './concurrent-promoters.suite.ts';
import { describeFaultyUpload } from './faulty-upload.suite.ts';

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

  describeFaultyUpload('S3 (real server)', {
    sizeBytes: 100 * 2 ** 20,
    url: endpoint ?? '',
    environmentVia: environmentFor,
    makeRoot,
  });

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
