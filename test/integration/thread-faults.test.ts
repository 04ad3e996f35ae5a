import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawPredictor, RawRequest } from '../../src/predictor/predictor.ts';
import { openThreadedPredictor } from '../../src/predictor/threads/threaded-predictor.ts';

/** Real threads, and a model that does what it should not. */
describe('threads of a model', () => {
  let predictor: RawPredictor;
  beforeEach(async () => {
    predictor = await openThreadedPredictor({
      entry: join(import.meta.dirname, '../helpers/fault-thread.ts'),
      workerData: {},
      ...{ size: 2, maxWaiting: 200, maxWaitingBytes: 2 ** 24 },
    });
  });
  afterEach(() => predictor.release());

  const ask = (body: string, more: Partial<RawRequest> = {}) =>
    predictor.score({ contentType: 'text/plain', body, maxRows: 1, ...more });
  const many = (count: number) => Array.from({ length: count }, (_, i) => ask(`row ${i}`));
  const expectMany = async (answers: readonly Promise<{ text: string }>[]) =>
    expect(await Promise.all(answers)).toEqual(
      answers.map((_, i) => ({ text: `of row ${i}`, rows: 1 })),
    );

  it.each([
    'exit',
    'throw',
  ])('fail the request that one of them died of (%s), and no other', async (fault) => {
    const fatal = ask(fault);
    fatal.catch(() => {}); // looked at below
    const others = many(40);

    await expect(fatal).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      retryAfterSeconds: 1,
    });
    await expectMany(others);
    await expectMany(many(10));
  }, 30_000);

  it('are ended when they hang, and replaced', async () => {
    const hung = [1, 2].map(() => ask('loop', { deadlineAtMs: Date.now() + 200 }));
    for (const each of hung) each.catch(() => {});
    const others = many(20);

    for (const each of hung)
      await expect(each).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expectMany(others);
  }, 30_000);
});
