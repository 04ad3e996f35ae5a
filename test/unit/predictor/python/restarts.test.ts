import { describe, expect, it } from 'vitest';
import { createRestarts } from '../../../../src/predictor/python/restarts.ts';
import type { WorkerProcess } from '../../../../src/predictor/python/worker-process.ts';

const fakeWorker = (pid: number, state = { isEnded: false }): WorkerProcess => ({
  pid,
  ended: new Promise(() => {}),
  isEnded: () => state.isEnded,
  ask: () => Promise.reject(new Error('not asked here')),
  kill: () => {},
  close: async () => {},
  residentBytes: () => 0,
  isAbove: () => false,
});

describe('createRestarts', () => {
  it('starts once for those who wait together, and again when the process ended', async () => {
    const state = { isEnded: false };
    let starts = 0;
    const restarts = createRestarts(async () => fakeWorker(++starts, state));

    const [a, b] = await Promise.all([restarts.worker(), restarts.worker()]);
    expect([a.pid, b.pid]).toEqual([1, 1]);

    state.isEnded = true;
    expect(restarts.current()).toBeUndefined();
    expect((await restarts.worker()).pid).toBe(2);
  });

  it('waits longer after each failure, saying why and how long', async () => {
    const clock = { ms: 0 };
    let starts = 0;
    const restarts = createRestarts(
      async () => {
        starts += 1;
        throw new Error('no');
      },
      () => clock.ms,
    );
    const fail = async (): Promise<string> => {
      try {
        await restarts.worker();
      } catch (error) {
        return (error as Error).message;
      }
      return 'started';
    };

    expect(await fail()).toBe('no');
    expect(await fail()).toBe('it failed to start; the next try is in 1 s');
    clock.ms = 1_000;
    expect(await fail()).toBe('no');
    clock.ms = 2_500;
    expect(await fail()).toBe('it failed to start; the next try is in 1 s');
    expect(starts).toBe(2);
  });
});
