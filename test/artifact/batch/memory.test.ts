import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deliver } from './event-source.ts';
import type { RestartedInstance } from './instance.ts';
import { expectedAnswer, largeFile, largeModel, tailsOf } from './large-rows.ts';
import { fromS3 } from './messages.ts';
import { peakRss } from './peak-rss.ts';
import type { Queues } from './queues.ts';
import { openStand, type Stand } from './stand.ts';

const MEBIBYTE = 2 ** 20;
/** `npm run test:batch-large` has larger ones; MiB, before compression. */
const SIZES = (process.env['BATCH_LARGE_MIB'] ?? '64').split(',').map(Number);
const FORMATS = (process.env['BATCH_LARGE_FORMATS'] ?? 'csv,jsonl.gz,parquet').split(',');
const MAX_RSS = 512 * MEBIBYTE;
const HOUR_MS = 3_600_000;

let stand: Stand;
let queues: Queues;

beforeAll(async () => {
  stand = await openStand();
  queues = await stand.queues.create({ visibilitySeconds: HOUR_MS / 1000 });
  for (const [path, bytes] of largeModel()) await stand.publish(path, bytes);
}, 300_000);
afterAll(() => stand?.close());

const start = (): RestartedInstance =>
  stand.start({
    timeoutMs: HOUR_MS,
    environment: { MLFLOW_SERVERLESS_MODEL_URI: 'models:/large/1' },
  });

describe.each(SIZES)('a file of %d MiB', (sizeMiB) => {
  it.each(FORMATS)(
    'as %s is scored within 512 MiB',
    async (end) => {
      const name = `${sizeMiB}.${end}`;
      const Key = `in/${name}`;
      const { rowCount, stream } = largeFile(end, sizeMiB * MEBIBYTE);
      const params = { Bucket: 'files', Key, Body: stream };
      await new Upload({ client: stand.s3, partSize: 32 * MEBIBYTE, params }).done();
      const instance = start();
      await queues.send(fromS3({ bucket: 'files', key: Key }));

      const delivery = await deliver(queues, instance);

      expect(delivery?.answer?.body).toEqual({ batchItemFailures: [] });
      const { rows, timings } = await stand.manifest(name);
      expect(rows).toEqual({ in: rowCount, out: rowCount, refused: 0 });
      const rss = peakRss((await instance.process()).child);
      await instance.stop();
      const rate = Math.round(rowCount / (timings.totalMs / 1000)).toLocaleString('en');
      console.log(
        `${end}, ${sizeMiB} MiB, ${rowCount.toLocaleString('en')} rows: ${timings.totalMs / 1000} s, ${rate} rows/s, ${Math.round(rss / MEBIBYTE)} MiB RSS at most`,
      );
      if (end === 'csv') await expectEveryRow(name, rowCount);
      expect(rss).toBeLessThan(MAX_RSS);
    },
    HOUR_MS,
  );
});

/** Each in its place, with an answer; of one in 1,000 the answer is computed. */
async function expectEveryRow(name: string, rowCount: number): Promise<void> {
  const key = (await stand.list(name)).find((each) => /predictions\.csv$/.test(each));
  const { Body } = await stand.s3.send(new GetObjectCommand({ Bucket: 'files', Key: key }));
  const tails = tailsOf();
  let row = -1;
  for await (const line of createInterface({ input: Body as Readable })) {
    if (row >= 0 && !line.startsWith(`${row},`)) throw new Error(`row ${row} is ${line}`);
    if (row >= 0 && row % 1_000 === 7) {
      const expected = expectedAnswer(row, tails);
      const found = Number(line.slice(line.lastIndexOf(',') + 1));
      // Sums of float32 of this size.
      expect(Math.abs(found - expected)).toBeLessThan(0.02 + Math.abs(expected) * 1e-6);
    }
    row += 1;
  }
  expect(row).toBe(rowCount);
}
