import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPythonPredictor } from '../../src/predictor/python/python-predictor.ts';
import { processesWith } from './processes-with.ts';
import { type SavedModels, saveModels } from './saved-models.ts';

type Open = Awaited<ReturnType<typeof openPythonPredictor>>;

let models: SavedModels;
let predictor: Open | undefined;

beforeAll(() => {
  models = saveModels(['faults'], 'interop');
});
afterEach(async () => {
  await predictor?.release();
  predictor = undefined;
  expect(processesWith(models.directory('faults'))).toEqual([]);
});
afterAll(() => models.remove());

async function open(): Promise<Open> {
  const directory = models.directory('faults');
  predictor = await openPythonPredictor({ python: models.python, directory });
  return predictor;
}

const ask = (model: Open, command: string, more: { deadlineAtMs?: number } = {}) =>
  model.score({
    contentType: 'application/json',
    body: JSON.stringify({ dataframe_records: [{ do: command }] }),
    maxRows: 10,
    ...more,
  });

/** What came of each: the answer, or the error's code. */
async function outcomes(asked: readonly Promise<{ text: string }>[]): Promise<unknown[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((end) =>
    end.status === 'fulfilled' ? JSON.parse(end.value.text).predictions : end.reason.code,
  );
}

describe('many requests at once', () => {
  it('that all hang are all answered at their deadlines, and the next one is answered', async () => {
    const model = await open();
    const deadlineAtMs = Date.now() + 1_500;

    const storm = Array.from({ length: 50 }, () => ask(model, 'hang', { deadlineAtMs }));

    expect(new Set(await outcomes(storm))).toEqual(new Set(['DEADLINE_EXCEEDED']));
    expect(Date.now() - deadlineAtMs).toBeLessThan(2_000);
    expect(await outcomes([ask(model, 'ok 7')])).toEqual(['7']);
  });

  it('lose one answer when the process is killed among them', async () => {
    const model = await open();
    const [pid] = await outcomes([ask(model, 'pid')]);

    const asked = Array.from({ length: 40 }, (_, at) => ask(model, `ok ${at}`));
    await asked[5];
    process.kill(pid as number, 'SIGKILL');
    const ends = await outcomes(asked);

    const lost = ends.filter((end, at) => end !== String(at));
    expect(lost.length).toBeLessThanOrEqual(1);
    expect(lost.every((end) => end === 'TEMPORARILY_UNAVAILABLE')).toBe(true);
    expect(await outcomes([ask(model, 'ok 7')])).toEqual(['7']);
  });

  it('are finished before a model is given back', async () => {
    const model = await open();

    const asked = Array.from({ length: 20 }, (_, at) => ask(model, `ok ${at}`));
    const released = model.release();
    await expect(ask(model, 'ok late')).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });

    expect(await outcomes(asked)).toEqual(Array.from({ length: 20 }, (_, at) => `${at}`));
    await released;
    predictor = undefined;
  });
});

describe('bodies', () => {
  it('of 50 MB are answered, and memory does not stay at their size', async () => {
    const model = await open();
    const row = JSON.stringify({ do: `ok ${'x'.repeat(1_000)}` });
    const rows = Array.from({ length: 50_000 }, () => row);

    const { rows: count } = await model
      .score({
        contentType: 'application/json',
        body: `{"dataframe_records": [${rows.join(',')}]}`,
        maxRows: 100_000,
      })
      .catch((error) => ({ rows: error.code as string }));

    expect(count).toBe(50_000);
    await sleep(100);
    expect(model.residentBytes()).toBeLessThan(800 * 2 ** 20);
    expect(await outcomes([ask(model, 'ok 7')])).toEqual(['7']);
  }, 60_000);

  it.each([
    { name: 'lines', contentType: 'text/csv\r\nx-forged: 1' },
    { name: 'an answer', contentType: 'application/json; charset=utf-8\n{"status": 200}' },
    { name: 'length', contentType: `application/json; ${'x'.repeat(70_000)}` },
    { name: 'NUL', contentType: '\u0000' },
    { name: 'nothing', contentType: '' },
  ])('of a type that is none change nothing for the next one: $name', async ({ contentType }) => {
    const model = await open();

    const end = await model
      .score({ contentType, body: '{}', maxRows: 10 })
      .catch((error: { code?: string; message?: string }) => error);

    expect((end as { code?: string }).code).toMatch(
      /^(UNSUPPORTED_MEDIA_TYPE|BAD_REQUEST|REQUEST_TOO_LARGE|INVALID_PARAMETER_VALUE)$/,
    );
    expect(await outcomes([ask(model, 'ok 7')])).toEqual(['7']);
  });
});
