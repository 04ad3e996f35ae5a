import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { drain } from './event-source.ts';
import { fromBus, fromS3 } from './messages.ts';
import { openStand, type Stand } from './stand.ts';
import { csvOf, wineRows } from './wine-rows.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
}, 300_000);
afterAll(() => stand?.close());

async function manifestsOf(name: string): Promise<BatchManifest[]> {
  const keys = (await stand.list(name)).filter((key) => key.endsWith('/_manifest.json'));
  const all = await Promise.all(keys.map(async (key) => (await stand.read(key)).toString()));
  return all.map((text) => JSON.parse(text) as BatchManifest).sort((a, b) => a.rows.in - b.rows.in);
}

it('what was written over before it was scored is scored as it was last, once', async () => {
  const queues = await stand.queues.create();
  await queues.send(fromS3(await stand.put('over.csv', csvOf(wineRows(10)))));
  const last = await stand.put('over.csv', csvOf(wineRows(20)));
  await queues.send(fromS3(last));

  await drain(queues, stand.start());

  const found = await manifestsOf('over.csv');
  expect(found.map(({ rows, input }) => [rows.in, input.etag])).toEqual([[20, last.etag]]);
});

it('in a bucket that keeps versions, each version is scored once, in any order', async () => {
  const queues = await stand.queues.create();
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await stand.s3.send(new PutBucketVersioningCommand({ Bucket: 'files', VersioningConfiguration }));
  const first = await stand.put('kept.csv', csvOf(wineRows(10)));
  const second = await stand.put('kept.csv', csvOf(wineRows(20)));
  expect(first.versionId).not.toBe(second.versionId);
  for (const each of [second, first, second]) await queues.send(fromS3(each));
  await queues.send(fromBus(first));

  await drain(queues, stand.start());

  const found = await manifestsOf('kept.csv');
  expect(found.map(({ rows, input }) => [rows.in, input.etag])).toEqual([
    [10, first.etag],
    [20, second.etag],
  ]);
  expect(await queues.failures()).toEqual([]);
});
