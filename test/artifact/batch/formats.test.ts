import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePythonEnvironment } from '../../../scripts/python-env.ts';
import { askOverHttp } from './ask-over-http.ts';
import { deliver } from './event-source.ts';
import type { RestartedInstance } from './instance.ts';
import { fromS3 } from './messages.ts';
import type { Queues } from './queues.ts';
import { openStand, type Stand } from './stand.ts';
import { csvOf, FORMATS, predictionsIn, wineRows } from './wine-rows.ts';

const MANY = wineRows(1_257);

let stand: Stand;
let queues: Queues;
let instance: RestartedInstance;
/** What `invocations.handler` of the same zip answers to the same rows. */
let answers: unknown[];

beforeAll(async () => {
  stand = await openStand();
  queues = await stand.queues.create();
  instance = stand.start();
  answers = await askOverHttp(stand, MANY);
}, 300_000);
afterAll(() => stand?.close());

interface Answer {
  readonly output_label: number;
  readonly output_probability: Readonly<Record<string, number>>;
}

/** By MLflow itself, on the same file. */
async function predictWithMlflow(csv: string): Promise<Answer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mlflow-predict-'));
  const [input, output] = [join(folder, 'rows.csv'), join(folder, 'answers.json')];
  writeFileSync(input, csv);
  await promisify(execFile)(
    join(ensurePythonEnvironment('interop'), 'mlflow'),
    ['models', 'predict', '-m', 'examples/registry/models/wine/versions/2/model'].concat([
      '-t',
      'csv',
      '-i',
      input,
      '-o',
      output,
      '--env-manager',
      'local',
    ]),
  );
  const { predictions } = JSON.parse(readFileSync(output, 'utf8')) as { predictions: Answer[] };
  rmSync(folder, { recursive: true });
  return predictions;
}

async function score(name: string, content: string | Buffer) {
  await queues.send(fromS3(await stand.put(name, content)));
  const delivery = await deliver(queues, instance);
  expect(delivery?.answer?.body).toEqual({ batchItemFailures: [] });
  expect(await queues.count()).toBe(0);
  return stand.manifest(name);
}

describe.each(Object.entries(FORMATS))('a file *%s', (end, encode) => {
  it.each([
    ['many', MANY],
    ['one', MANY.slice(0, 1)],
    ['none', []],
  ] as const)('with %s rows is answered as over HTTP, row for row', async (count, rows) => {
    const name = `${count}${end}`;

    const manifest = await score(name, encode(rows));

    const found = predictionsIn(name, await stand.predictions(name));
    expect(found).toEqual(answers.slice(0, rows.length));
    expect(manifest.rows).toEqual({ in: rows.length, out: rows.length, refused: 0 });
    expect(manifest.model).toMatchObject({ name: 'wine', version: '2' });
  });
});

it('answers a file with answers of every class', () => {
  const labels = answers.map((answer) => (answer as Answer).output_label);

  expect(new Set(labels).size).toBe(3);
});

describe('a CSV file', () => {
  it('is answered as by `mlflow models predict`', async () => {
    const csv = csvOf(MANY);
    await score('predict.csv', csv);

    const found = predictionsIn('predict.csv', await stand.predictions('predict.csv'));

    const expected = await predictWithMlflow(csv);
    expect(found).toHaveLength(expected.length);
    for (const [row, answer] of expected.entries()) {
      const { output_label, output_probability } = found[row] as Answer;
      expect(output_label).toBe(answer.output_label);
      expect(Object.keys(output_probability)).toEqual(Object.keys(answer.output_probability));
      for (const [label, share] of Object.entries(answer.output_probability)) {
        // Sums of float32 over the trees, in another order.
        expect(Math.abs((output_probability[label] as number) - share)).toBeLessThan(1e-6);
      }
    }
  }, 120_000);

  it('of a header without a line end has no rows', async () => {
    const manifest = await score('header.csv', csvOf([]).trimEnd());

    expect(manifest.rows).toEqual({ in: 0, out: 0, refused: 0 });
  });
});
