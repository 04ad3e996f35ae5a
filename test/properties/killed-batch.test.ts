import { afterAll } from 'vitest';
import { describeKilledBatch } from '../contract/batch/killed-batch.suite.ts';
import { makeKilledBatchFolder } from '../helpers/killed-batch-folder.ts';

const place = makeKilledBatchFolder();
afterAll(() => place.remove());

describeKilledBatch('a folder', {
  kills: 200,
  rows: 4_000,
  longestMs: 25,
  setup: async () => place,
});
