import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../src/batch/batch-input.ts';
import { finishBatchJob } from '../../../src/batch/job/finish-batch-job.ts';
import { runBatchPart } from '../../../src/batch/job/run-batch-part.ts';
import { openLocalInput } from '../../../src/batch/store/local-input.ts';
import { createLocalOutput } from '../../../src/batch/store/local-output.ts';
import { createLineEngine } from '../../helpers/line-engine.ts';

const TEXT = 'abc\nbad1\ndef\nghi\nbad2\njkl\n';
const planOf = (firstRows: number[], rowCount: number) =>
  firstRows.map((firstRow, index) => ({
    index,
    count: firstRows.length,
    firstRow,
    rowCount: (firstRows[index + 1] ?? rowCount) - firstRow,
  }));
const PLAN = planOf([0, 2, 4], 6);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'batch-parts-'));
  writeFileSync(join(root, 'rows.csv'), TEXT);
});
afterEach(() => rmSync(root, { recursive: true }));

const wholeJob = async (maxRefusedRatio = 0.5) => ({
  input: await openLocalInput(join(root, 'rows.csv')),
  output: createLocalOutput(join(root, 'out')),
  model: { name: 'wine', version: '3', digest: 'ab'.repeat(32) },
  options: { maxRefusedRatio },
});

async function runPart(index: number, maxRefusedRatio?: number) {
  const job = await wholeJob(maxRefusedRatio);
  const planned = PLAN[index]!;
  const { firstRow } = planned;
  const engine = createLineEngine();
  const bytes = Buffer.from(
    TEXT.split('\n')
      .slice(firstRow, firstRow + 2)
      .map((line) => `${line}\n`)
      .join(''),
  );
  const part: BatchInput = {
    ...job.input,
    stream: async function* () {
      yield bytes;
    },
  };
  const read: typeof engine.read = async function* (_input, options) {
    for await (const item of engine.read(part, options)) {
      yield { ...item, firstRow: item.firstRow + firstRow };
    }
  };
  return runBatchPart({ ...job, engine: { ...engine, read } }, planned);
}

const manifests = () =>
  readdirSync(join(root, 'out'), { recursive: true }).filter((name) =>
    String(name).endsWith('_manifest.json'),
  );

describe('a file that is scored in parts', () => {
  it('has one manifest, when all parts are there, with every row', async () => {
    const outcomes = await Promise.all([2, 0, 1].map((index) => runPart(index)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['scored', 'scored', 'scored']);
    expect(manifests()).toEqual([]);

    const outcome = await finishBatchJob(await wholeJob(), PLAN);

    const manifest = outcome.kind === 'scored' ? outcome.manifest : undefined;
    expect(manifest?.rows).toEqual({ in: 6, out: 4, refused: 2 });
    expect(manifest?.outputs.map(({ path, rows }) => `${path} ${rows}`)).toEqual([
      'part-1-of-3-rows-0-1/predictions.csv 1',
      'part-2-of-3-rows-2-3/predictions.csv 2',
      'part-3-of-3-rows-4-5/predictions.csv 1',
    ]);
    expect(manifest?.errors.map(({ path }) => path)).toEqual([
      'part-1-of-3-rows-0-1/errors.jsonl',
      'part-3-of-3-rows-4-5/errors.jsonl',
    ]);
    const folder = join(root, 'out/rows.csv', manifest?.job ?? '');
    const errors = readFileSync(join(folder, 'part-3-of-3-rows-4-5/errors.jsonl'), 'utf8');
    expect(JSON.parse(errors)).toMatchObject({ row: 4, record: 'bad2' });
    expect(await finishBatchJob(await wholeJob(), PLAN)).toEqual({
      ...outcome,
      kind: 'done-before',
    });
    expect(manifests()).toHaveLength(1);
  });

  it('scores a part once', async () => {
    const first = await runPart(1);

    expect(await runPart(1)).toEqual({ ...first, kind: 'done-before' });
  });

  it('is not done when a part is missing', async () => {
    await runPart(0);
    await runPart(2);

    await expect(finishBatchJob(await wholeJob(), PLAN)).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining('part-2-of-3-rows-2-3 is not complete'),
    });
    expect(manifests()).toEqual([]);
  });

  it.each([
    ['cut elsewhere', planOf([0, 3, 4], 6), 'part-1-of-3-rows-0-2 is not complete'],
    ['of a longer file', planOf([0, 2, 4], 7), 'part-3-of-3-rows-4-6 is not complete'],
    ['with a gap', planOf([0, 2, 4], 6).toSpliced(1, 1), 'begins at row 4; expected row 2'],
  ])('is not done by parts of a plan that was %s', async (_, plan, message) => {
    for (const index of [0, 1, 2]) await runPart(index);

    await expect(finishBatchJob(await wholeJob(), plan)).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining(message),
    });
  });

  it('fails when all parts together refused too many rows', async () => {
    for (const index of [0, 1, 2]) await runPart(index, 0.3);

    await expect(finishBatchJob(await wholeJob(0.3), PLAN)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('2 of 6 rows were refused'),
    });
    expect(manifests()).toEqual([]);
  });
});
