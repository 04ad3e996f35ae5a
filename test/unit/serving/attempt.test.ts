import { describe, expect, it } from 'vitest';
import { startAttempt } from '../../../src/serving/attempt.ts';
import { backoffMs, jitteredMs } from '../../../src/serving/backoff.ts';
import { isFixedUri } from '../../../src/serving/model-version.ts';
import { createFakeClock } from '../../helpers/fake-clock.ts';

function setUp(work: Promise<string>) {
  const clock = createFakeClock();
  const discarded: string[] = [];
  let signal: AbortSignal | undefined;
  const attempt = startAttempt({
    clock,
    deadlineMs: 5_000,
    task: 'opening',
    run: (given) => {
      signal = given;
      return work;
    },
    discard: (value) => discarded.push(value),
  });
  return { clock, attempt, discarded, signal: () => signal };
}

describe('startAttempt', () => {
  it('passes the result on and leaves no timer', async () => {
    const { attempt, clock } = setUp(Promise.resolve('done'));

    expect(await attempt.result).toBe('done');
    expect(clock.timers).toBe(0);
    expect(attempt.isOverdue()).toBe(false);
  });

  it('gives up at the deadline, stops the work and discards what still comes', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { attempt, clock, discarded, signal } = setUp(promise);

    clock.advance(5_000);
    resolve('late');

    await expect(attempt.result).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: 'opening was given up: not done within 5 s',
    });
    expect(signal()?.aborted).toBe(true);
    expect(discarded).toEqual(['late']);
    expect(attempt.hasSlept()).toBe(false);
  });

  it('knows that it slept when the deadline came much too late', async () => {
    const { attempt, clock } = setUp(new Promise(() => {}));

    clock.freeze(60_000);

    await expect(attempt.result).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
    expect(attempt.hasSlept()).toBe(true);
  });

  it('is overdue where the timers stood still', () => {
    const { attempt, clock } = setUp(new Promise(() => {}));

    clock.pause(60_000);

    expect(attempt.isOverdue()).toBe(true);
  });

  it('rejects with what the work throws, at once too', async () => {
    const attempt = startAttempt({
      clock: createFakeClock(),
      deadlineMs: 1,
      task: 'opening',
      run: () => {
        throw new Error('at once');
      },
    });

    await expect(attempt.result).rejects.toThrow('at once');
  });
});

describe('backoffMs', () => {
  it.each([
    [1, 0, 500],
    [1, 1, 1_000],
    [2, 1, 2_000],
    [7, 1, 60_000],
    [5_000, 1, 60_000],
  ])('after %i failures, with random %i, is %i', (failures, random, expected) => {
    expect(backoffMs(failures, { minMs: 1_000, maxMs: 60_000 }, random)).toBe(expected);
  });
});

it('spreads a lifetime by a tenth to both sides', () => {
  expect([0, 0.5, 1].map((random) => Math.round(jitteredMs(30_000, random)))).toEqual([
    27_000, 30_000, 33_000,
  ]);
});

describe('isFixedUri', () => {
  it.each([
    ['models:/wine/3', true],
    ['models:/m-0123', true],
    ['runs:/0123/model', true],
    ['s3://bucket/model', true],
    ['./model', true],
    ['models:/wine@3', false],
    ['models:/wine/latest', false],
    ['models:/wine/Production', false],
  ])('of %s is %s', (uri, expected) => {
    expect(isFixedUri(uri)).toBe(expected);
  });
});
