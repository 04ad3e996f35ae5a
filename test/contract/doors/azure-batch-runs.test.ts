import { beforeEach, describe, expect, it } from 'vitest';
import {
  type BatchRunState,
  ORCHESTRATION,
} from '../../../src/adapters/azure/batch-orchestration.ts';
import {
  type BatchRunSteps,
  registerBatchRuns,
} from '../../../src/adapters/azure/register-batch-runs.ts';
import type { PlannedItem, PlannedRun } from '../../../src/batch/distribute/planned-run.ts';
import { ServingError } from '../../../src/errors.ts';
import { createLog } from '../../../src/log.ts';
import { type AzureHost, startAzureHost } from '../../helpers/azure-host.ts';
import { driveOrchestration } from '../../helpers/durable-driver.ts';

const RUN: PlannedRun = {
  id: '0123456789abcdef',
  isPlanned: true,
  ...{
    input: 'wasbs://c@a.blob.core.windows.net/in/',
    output: 'wasbs://c@a.blob.core.windows.net/out',
  },
  ...{ options: {}, model: { name: 'wine', version: '2', digest: 'd' } },
  ...{ files: 1, items: 0, sizeBytes: 0, startedAt: '2026-01-01T00:00:00.000Z' },
};
const itemOf = (index: number): PlannedItem => ({
  index,
  input: {
    uri: `wasbs://c@a.blob.core.windows.net/in/${index}`,
    key: `in/${index}`,
    etag: 'e',
    sizeBytes: 1,
  },
  sizeBytes: 1,
});

let steps: BatchRunSteps;
let done: Map<number, number>;
let plans: number;
let mostAtOnce: number;
let atOnce: number;
/** Of an item, by how often it was called. */
let faultOf: (index: number, call: number) => Error | undefined;
let host: AzureHost;

beforeEach(async () => {
  done = new Map();
  [plans, mostAtOnce, atOnce] = [0, 0, 0];
  faultOf = () => undefined;
  let items = 0;
  steps = {
    async plan(request) {
      items = Number(request.versionId);
      plans += 1;
      return { ...RUN, items, isPlanned: plans >= 3 };
    },
    items: async (_run, from, count) =>
      Array.from({ length: Math.min(count, items - from) }, (_, i) => itemOf(from + i)),
    async item(_run, { index }) {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      await null;
      atOnce -= 1;
      const call = (done.get(index) ?? 0) + 1;
      done.set(index, call);
      const fault = faultOf(index, call);
      if (fault) throw fault;
      return { index };
    },
    finish: async (run) => ({ run: run.id, items: done.size }),
  };
  host ??= await startAzureHost(import.meta.dirname, () => {
    const log = createLog({ level: 'silent' });
    // What is registered asks for the steps each time.
    registerBatchRuns({ open: async () => steps, log });
  });
});

const drive = (items: number, more: Partial<BatchRunState> = {}, options = {}) => {
  const state: BatchRunState = {
    request: { input: RUN.input, output: RUN.output, versionId: String(items), replay: '{"a": 1}' },
    ...{ maxParallelParts: 100, toleratedFailureRatio: 0, ...more },
  };
  return driveOrchestration(host, ORCHESTRATION, state, 'job-1', options);
};
const passing = (): Error => new ServingError('TEMPORARILY_UNAVAILABLE', 'busy');
const final = (): Error => new ServingError('BAD_REQUEST', 'no rows');

describe('the orchestration of batch', () => {
  it('plans until it is planned, scores 1,000 items in waves, and finishes', async () => {
    const run = await drive(1_000);

    expect(run).toMatchObject({ status: 'Completed', output: { run: RUN.id, items: 1_000 } });
    expect(plans).toBe(3);
    expect(mostAtOnce).toBeLessThanOrEqual(100);
    expect(new Set(done.values())).toEqual(new Set([1]));
    expect(run.lives).toBe(10); // a history of a thousand items would be read again with each of them
    expect(run.longestHistory).toBeLessThan(300);
  });

  it('tries again what may pass, after longer and longer pauses, and nothing else', async () => {
    faultOf = (index, call) => (index % 7 === 0 && call < 4 ? passing() : undefined);

    const run = await drive(20);

    expect(run.status).toBe('Completed');
    expect(run.pausesSeconds).toEqual([70, 105, 157.5]);
    expect([done.get(0), done.get(1), done.get(7)]).toEqual([4, 1, 4]);
  });

  it('fails at what no try can help, says which, and keeps the message', async () => {
    faultOf = (index) => (index === 3 ? final() : undefined);

    const run = await drive(20);

    expect(run).toMatchObject({
      status: 'Failed',
      error: expect.stringContaining('BAD_REQUEST: no rows'),
    });
    expect(run.activities.at(-1)).toBe('batch-keep');
    expect(run.pausesSeconds).toEqual([]);
  });

  it('fails at what does not pass after five tries', async () => {
    faultOf = (index) => (index === 3 ? passing() : undefined);

    const run = await drive(10);

    expect(run).toMatchObject({ status: 'Failed', error: expect.stringContaining('busy') });
    expect(done.get(3)).toBe(5);
  });

  it.each([
    [4, 'Completed'],
    [6, 'Failed'],
  ])('with %i of 100 failures where 5 are tolerated has %s', async (failures, status) => {
    faultOf = (index) => (index < failures ? final() : undefined);

    const run = await drive(100, { toleratedFailureRatio: 0.05, maxParallelParts: 10 });

    expect(run.status).toBe(status);
  });

  it('fails with its own reason when the message cannot be kept', async () => {
    faultOf = (index) => (index === 3 ? final() : undefined);
    const fault = (activity: string) =>
      activity === 'batch-keep' ? new Error('the queue is closed') : undefined;

    const run = await drive(20, {}, { fault });

    expect(run.error).toContain('BAD_REQUEST: no rows');
  });

  it('finishes a run of nothing', async () => {
    expect(await drive(0)).toMatchObject({ status: 'Completed', output: { items: 0 } });
  });

  it('goes on when the host ends an activity, and when each is done twice', async () => {
    const fault = (activity: string, call: number) =>
      activity === 'batch-item' && call === 5
        ? new Error('Timeout value of 00:30:00 exceeded')
        : undefined;

    const run = await drive(20, {}, { fault, isTwice: true });

    expect(run.status).toBe('Completed');
    expect(done.size).toBe(20);
  });
});
