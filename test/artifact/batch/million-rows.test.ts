import type { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askOverHttp } from './ask-over-http.ts';
import { deliver } from './event-source.ts';
import { largeModel, NAMES } from './large-rows.ts';
import { fromS3 } from './messages.ts';
import { answersOfRuntime, endsOf, MILLION, millionRows, rowAt } from './million-rows.ts';
import { peakRss } from './peak-rss.ts';
import type { Queues } from './queues.ts';
import { openStand, type Stand } from './stand.ts';

const MEBIBYTE = 2 ** 20;
/** 10 s each; `npm run test:batch-large` has the others, too. */
const FORMATS = (process.env['BATCH_MILLION_FORMATS'] ?? 'csv,parquet').split(',');
const modelUri = 'models:/large/1';
/** The endpoint is asked for one row of so many. */
const SAMPLE = 97;
const NEVER = -1;

let stand: Stand;
let queues: Queues;
let expected: Float32Array;
/** To the sample. */
let answers: readonly number[];

beforeAll(async () => {
  stand = await openStand();
  queues = await stand.queues.create({ visibilitySeconds: 600 });
  for (const [path, bytes] of largeModel()) await stand.publish(path, bytes);
  expected = await answersOfRuntime();
  const rows = Array.from({ length: Math.ceil(MILLION / SAMPLE) }, (_, i) => rowAt(i * SAMPLE));
  const answered = await askOverHttp(stand, rows, { columns: NAMES, modelUri });
  answers = (answered as { Y: number }[]).map(({ Y }) => Y);
}, 300_000);
afterAll(() => stand?.close());

it.each(
  FORMATS,
)('1,000,000 rows of 20 columns as %s are answered as by ONNX Runtime, and as over HTTP', async (end) => {
  const Key = `in/million.${end}`;
  const params = { Bucket: 'files', Key, Body: millionRows(end) };
  await new Upload({ client: stand.s3, partSize: 32 * MEBIBYTE, params }).done();
  await queues.send(fromS3({ bucket: 'files', key: Key }));
  const instance = stand.start({
    timeoutMs: 600_000,
    environment: { MLFLOW_SERVERLESS_MODEL_URI: modelUri },
  });

  const delivery = await deliver(queues, instance);

  expect(delivery?.answer?.body).toEqual({ batchItemFailures: [] });
  const rss = peakRss((await instance.process()).child);
  await instance.stop();
  const { job, rows, outputs, timings } = await stand.manifest(`million.${end}`);
  const seconds = timings.totalMs / 1000;
  console.log(`${end}: ${seconds} s, ${Math.round(rss / MEBIBYTE)} MiB RSS at most`);
  expect(rows).toEqual({ in: MILLION, out: MILLION, refused: 0 });
  const output = `out/${Key}/${job}/${outputs[0]?.path}`;
  const { Body } = await stand.s3.send(new GetObjectCommand({ Bucket: 'files', Key: output }));
  const { first, last } = await endsOf(end, Body as Readable);
  expect(first).toHaveLength(MILLION);
  expect(first.findIndex((cell, row) => cell !== row)).toBe(NEVER);
  expect(last.findIndex((answer, row) => Math.fround(answer) !== expected[row])).toBe(NEVER);
  expect(answers.findIndex((answer, i) => answer !== last[i * SAMPLE])).toBe(NEVER);
  expect(rss).toBeLessThan(512 * MEBIBYTE);
}, 600_000);
