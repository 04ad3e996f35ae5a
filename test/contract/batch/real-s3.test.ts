/**
 * Batch jobs over a real S3 server: set S3_ENDPOINT_URL and, unless any key will do, AWS_ACCESS_KEY_ID and
 * AWS_SECRET_ACCESS_KEY. Skipped otherwise: `npm test` needs no server.
 */
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { openObjectStore } from '../../../src/publish/open-object-store.ts';
import { openS3Bucket } from '../../../src/publish/s3-bucket.ts';
import { lineJob } from '../../helpers/line-job.ts';
import { createS3Upload } from '../../helpers/s3-upload.ts';
import {
  type ProxyFault,
  type StoreFaultProxy,
  startStoreFaultProxy,
} from '../../helpers/store-fault-proxy.ts';
import { describeBatchOutput } from '../batch-output.suite.ts';
import { describeKilledBatch } from './killed-batch.suite.ts';

const endpoint = process.env['S3_ENDPOINT_URL'];
const environmentFor = (url = '') => ({
  AWS_ACCESS_KEY_ID: process.env['AWS_ACCESS_KEY_ID'] ?? 'test',
  AWS_SECRET_ACCESS_KEY: process.env['AWS_SECRET_ACCESS_KEY'] ?? 'test',
  MLFLOW_S3_ENDPOINT_URL: url,
});
const environment = environmentFor(endpoint);
const upload = createS3Upload(endpoint ?? '', environment);

let buckets = 0;
async function makeBucket(): Promise<string> {
  buckets += 1;
  const bucket = `batch-${process.pid}-${buckets}-${Date.now().toString(36)}`;
  await upload.createBucket(bucket);
  return bucket;
}

async function unfinishedIn(bucket: string): Promise<number> {
  const { client, common } = openS3Bucket(`s3://${bucket}`, environment);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(common));
  return Uploads.length;
}

async function filesIn(uri: string): Promise<Map<string, Buffer>> {
  const store = await openObjectStore(uri, environment);
  const files = new Map<string, Buffer>();
  for (const { key } of await store.list('')) {
    files.set(key, Buffer.from((await store.read(key))?.bytes ?? []));
  }
  return files;
}

/** Rows of 60 bytes; the predictions take `rows` × 60 bytes: more than one part. */
const ROWS = 400_000;
const textOf = (rows: number) =>
  Array.from({ length: rows }, (_, i) => `${i % 10 === 3 ? 'bad' : 'row'}${i}`.padEnd(59)).join(
    '\n',
  );

describe.skipIf(!endpoint)('a real S3 server', () => {
  describeBatchOutput('S3 (real server)', async () => {
    let bucket = await makeBucket();
    return {
      open: () => openBatchOutput(`s3://${bucket}/out ü`, environment),
      async clear() {
        bucket = await makeBucket();
      },
      unfinished: () => unfinishedIn(bucket),
      close: async () => {},
    };
  });

  describeKilledBatch('S3 (real server)', {
    kills: 30,
    rows: 4_000,
    longestMs: 100,
    setup: async () => {
      const bucket = await makeBucket();
      const output = `s3://${bucket}/out`;
      return {
        output,
        environment,
        async putInput(name, text) {
          await upload.put(bucket, `in/${name}`, text);
          return `s3://${bucket}/in/${name}`;
        },
        async files() {
          const found = await filesIn(output);
          return new Map([...found].map(([key, bytes]) => [key.replace(/^in\//, ''), bytes]));
        },
        unfinished: () => unfinishedIn(bucket),
      };
    },
  });

  describe('that fails', () => {
    let bucket: string;
    let proxy: StoreFaultProxy;
    beforeEach(async () => {
      bucket = await makeBucket();
      proxy = await startStoreFaultProxy(endpoint ?? '');
      await upload.put(bucket, 'in/rows.csv', `${textOf(ROWS)}\n`);
    });
    afterEach(() => proxy.close());

    const openJob = async (url = proxy.url) => {
      const over = environmentFor(url);
      const [input, output] = await Promise.all([
        openBatchInput(`s3://${bucket}/in/rows.csv`, over),
        openBatchOutput(`s3://${bucket}/out`, over),
      ]);
      const job = lineJob(input, output);
      return { ...job, options: { ...job.options, chunkRows: 5_000 } };
    };

    async function expectDone(): Promise<void> {
      const files = await filesIn(`s3://${bucket}/out`);
      const named = [...files].map(([key, bytes]) => [key.slice(key.lastIndexOf('/') + 1), bytes]);
      const byName = Object.fromEntries(named) as Record<string, Buffer>;
      expect(Object.keys(byName).toSorted()).toEqual([
        '_manifest.json',
        'errors.jsonl',
        'predictions.csv',
      ]);
      expect(files.size).toBe(3);
      const manifest: BatchManifest = JSON.parse(String(byName['_manifest.json']));
      const refused = ROWS / 10;
      expect(manifest.rows).toEqual({ in: ROWS, out: ROWS - refused, refused });
      const linesOf = (name: string) => String(byName[name]).trimEnd().split('\n');
      const predictions = linesOf('predictions.csv').slice(1, -1);
      expect(new Set(predictions).size).toBe(ROWS - refused);
      expect(predictions).toHaveLength(ROWS - refused);
      expect(linesOf('errors.jsonl')).toHaveLength(refused);
      expect(await unfinishedIn(bucket)).toBe(0);
    }

    it('scores a file whole though one of five requests goes wrong, in every way', async () => {
      const faults = ['throttle', 'lose', 'truncate', 'cut'] as const;
      proxy.set(({ number }): ProxyFault | undefined =>
        number % 5 === 0 ? faults[(number / 5) % faults.length] : undefined,
      );

      const outcome = await runBatchJob(await openJob());

      expect(['scored', 'done-before']).toContain(outcome.kind);
      expect(Object.values(proxy.counts).reduce((sum, count) => sum + count)).toBeGreaterThan(3);
      await expectDone();
    }, 120_000);

    it('scores once when many messages about the same file come at the same time', async () => {
      const runs = Array.from({ length: 4 }, async () => runBatchJob(await openJob(endpoint)));

      const kinds = (await Promise.all(runs)).map(({ kind }) => kind);

      expect(kinds.filter((kind) => kind === 'scored')).toHaveLength(1);
      expect(await runBatchJob(await openJob())).toMatchObject({ kind: 'done-before' });
      await expectDone();
    }, 120_000);

    it('completes once when claims do not hold', async () => {
      const runs = Array.from({ length: 3 }, async () => {
        const job = await openJob(endpoint);
        const read = (key: string) =>
          key.endsWith('_claim.json') ? Promise.resolve(undefined) : job.output.read(key);
        const write: typeof job.output.write = (key, ...rest) =>
          key.endsWith('_claim.json') ? Promise.resolve('written') : job.output.write(key, ...rest);
        // Nor do runs remove each other's uploads: without claims, that would never end.
        const output = { ...job.output, read, write, removeUnfinished: async () => {} };
        for (;;) {
          const outcome = await runBatchJob({ ...job, output }).catch(retryLater);
          if (outcome !== undefined) return outcome;
        }
      });

      const kinds = (await Promise.all(runs)).map(({ kind }) => kind);

      expect(kinds.filter((kind) => kind === 'scored')).toHaveLength(1);
      await expectDone();
    }, 120_000);

    it('writes nothing of a file that is replaced meanwhile', async () => {
      // More ranges than are read ahead.
      await upload.put(bucket, 'in/rows.csv', `${textOf(2 * ROWS)}\n`);
      const job = await openJob();
      let isReplaced = false;
      let replacing: Promise<void> | undefined;
      const onProgress = () => {
        replacing ??= upload.put(bucket, 'in/rows.csv', `${textOf(10)}\n`).then(() => {
          isReplaced = true;
        });
      };
      proxy.set(({ path }) =>
        path.includes('/in/rows.csv') && replacing && !isReplaced ? 'throttle' : undefined,
      );

      await expect(runBatchJob({ ...job, onProgress })).rejects.toMatchObject({
        code: 'INVALID_STATE',
      });

      await replacing;
      expect((await filesIn(`s3://${bucket}/out`)).size).toBe(0);
      expect(await unfinishedIn(bucket)).toBe(0);
    }, 60_000);

    it('scores nothing when the output cannot be written to', async () => {
      const job = await openJob();
      const output = await openBatchOutput('s3://there-is-no-such-bucket/out', environment);
      let scored = 0;
      const onProgress = () => {
        scored += 1;
      };

      await expect(runBatchJob({ ...job, output, onProgress })).rejects.toMatchObject({
        code: 'RESOURCE_DOES_NOT_EXIST',
        message: expect.stringContaining('no such bucket'),
      });

      expect(scored).toBe(0);
    });
  });
});

function retryLater(error: { readonly code?: string }): undefined {
  if (error.code !== 'TEMPORARILY_UNAVAILABLE') throw error;
}
