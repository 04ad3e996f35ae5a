import { afterAll } from 'vitest';
import { makeKilledBatchFolder } from '../../helpers/killed-batch-folder.ts';
import { describeKilledBatch } from './killed-batch.suite.ts';

const place = makeKilledBatchFolder();
afterAll(() => place.remove());

describeKilledBatch('a folder', {
  kills: 20,
  rows: 4_000,
  longestMs: 25,
  setup: async () => place,
});
