import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchOptions } from '../../../src/batch/batch-options.ts';
import { finishRun } from '../../../src/batch/distribute/finish-run.ts';
import { type PlanOptions, planRun } from '../../../src/batch/distribute/plan-run.ts';
import type { PlannedRun } from '../../../src/batch/distribute/planned-run.ts';
import { readPlan } from '../../../src/batch/distribute/read-plan.ts';
import { runItem } from '../../../src/batch/distribute/run-item.ts';
import { createBatchEngine } from '../../../src/batch/engine.ts';
import { identifyModel } from '../../../src/batch/identify-model.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { LOCAL_RUN_STORES as stores } from '../../../src/batch/store/local-run-stores.ts';
import { readServedConfiguration } from '../../../src/config/environment.ts';
import { type Endpoint, openEndpoint } from '../../../src/endpoint/open-endpoint.ts';
import { createLog } from '../../../src/log.ts';
import type { LoadedModel } from '../../../src/serving/loaded-model.ts';
import { NO_TELEMETRY } from '../../../src/telemetry.ts';

const configuration = readServedConfiguration({
  MLFLOW_REGISTRY_URI: 'examples/registry',
  MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
});
const FEATURES = 13;
const split = { splitAboveBytes: 20_000, rangeBytes: 10_000 };

let endpoint: Endpoint;
let model: LoadedModel;
let columns: string[];
let root: string;

beforeAll(async () => {
  const log = createLog({ level: 'silent' });
  endpoint = await openEndpoint({ configuration, log, telemetry: NO_TELEMETRY });
  model = await endpoint.preload();
  const schema = model.mlmodel.signature?.inputs;
  columns = schema?.kind === 'columns' ? schema.inputs.map(({ name }) => name ?? '') : [];
});
afterAll(() => endpoint.close());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'distributed-run-'));
  mkdirSync(join(root, 'in/sub'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const cell = (row: number, column: number): number => ((row * 7 + column * 13) % 997) / 10;
const rowOf = (row: number): number[] =>
  Array.from({ length: FEATURES }, (_, column) => cell(row, column));
const csvOf = (rows: number): string =>
  [columns, ...Array.from({ length: rows }, (_, row) => rowOf(row))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');
const jsonLinesOf = (rows: number): string =>
  Array.from({ length: rows }, (_, row) =>
    JSON.stringify(Object.fromEntries(columns.map((name, column) => [name, cell(row, column)]))),
  ).join('\n');

const engine = () => createBatchEngine({ model, limits: configuration.limits });

const plan = (options: BatchOptions = {}, more: Partial<PlanOptions> = {}) =>
  planRun(
    { input: `${join(root, 'in')}/`, output: join(root, 'out'), options },
    { ...split, model: identifyModel(model), stores, ...more },
  );

async function runItems(run: PlannedRun, choose: (index: number) => boolean = () => true) {
  const output = await stores.openOutput(run.output);
  const items = await readPlan(output, run.id);
  const chosen = items.filter(({ index }) => choose(index)).toReversed();
  return Promise.all(chosen.map((item) => runItem(run, item, { engine: engine(), stores })));
}

const manifestOf = (path: string) =>
  JSON.parse(readFileSync(join(root, 'out', path), 'utf8')) as {
    outputs: { path: string }[];
    rows: unknown;
  };

function rowsOf(manifest: string): string[] {
  const folder = join(root, 'out', manifest, '..');
  return manifestOf(manifest).outputs.flatMap(({ path }) =>
    readFileSync(join(folder, path), 'utf8').trimEnd().split('\n').slice(1),
  );
}

describe('a run over many calls', () => {
  it('scores every file below a folder, large ones in parts, each row once, as in one piece', async () => {
    writeFileSync(join(root, 'in/large.csv'), csvOf(1_500));
    writeFileSync(join(root, 'in/large.jsonl'), jsonLinesOf(300));
    writeFileSync(join(root, 'in/sub/small.csv'), csvOf(3));
    writeFileSync(join(root, 'in/sub/packed.csv.gz'), gzipSync(csvOf(2_000)));
    writeFileSync(join(root, 'in/_SUCCESS'), '');

    const run = await plan();
    const records = await runItems(run);
    const manifest = await finishRun(run, { stores });

    expect(run.files).toBe(4);
    expect(records.length).toBe(run.items);
    expect(run.items).toBeGreaterThan(8);
    expect(manifest.failed).toEqual([]);
    expect(manifest.files.map(({ uri, rows }) => [uri.slice(root.length + 4), rows.in])).toEqual([
      ['large.csv', 1_500],
      ['large.jsonl', 300],
      ['sub/packed.csv.gz', 2_000],
      ['sub/small.csv', 3],
    ]);
    expect(manifest.rows).toEqual({ in: 3_803, out: 3_803, refused: 0 });

    const alone = await runBatchJob({
      input: await stores.openInput({ uri: join(root, 'in/large.csv') }),
      output: await stores.openOutput(join(root, 'alone')),
      model: identifyModel(model),
      options: {},
      engine: engine(),
    });
    const found = alone.kind === 'busy' ? undefined : alone.manifest;
    const whole = readFileSync(
      join(root, 'alone/large.csv', found?.job ?? '', 'predictions.csv'),
      'utf8',
    );
    expect(rowsOf(manifest.files[0]?.manifest ?? '')).toEqual(whole.trimEnd().split('\n').slice(1));
  });

  it('does nothing twice, and planned again is the same run', async () => {
    writeFileSync(join(root, 'in/large.csv'), csvOf(900));

    const run = await plan();
    const first = await runItems(run);
    const manifest = await finishRun(run, { stores });
    const again = await plan();

    expect({ ...again, startedAt: '' }).toEqual({ ...run, startedAt: '' });
    expect(await runItems(again)).toEqual(first);
    expect(await finishRun(again, { stores })).toEqual(manifest);
  });

  it('cuts Parquet between its row groups', async () => {
    writeFileSync(join(root, 'rows.csv'), csvOf(900));
    const made = await runBatchJob({
      input: await stores.openInput({ uri: join(root, 'rows.csv') }),
      output: await stores.openOutput(join(root, 'made')),
      model: identifyModel(model),
      options: { outputFormat: 'parquet', chunkRows: 50 },
      engine: engine(),
    });
    const { job } = made.kind === 'busy' ? { job: '' } : made.manifest;
    const parquet = readFileSync(join(root, 'made/rows.csv', job, 'predictions.parquet'));
    writeFileSync(join(root, 'in/rows.parquet'), parquet);
    writeFileSync(join(root, 'in/rows.csv'), csvOf(900));

    const run = await plan({ outputFormat: 'csv', keepsInputs: false });
    await runItems(run);
    const manifest = await finishRun(run, { stores });

    expect(run.items).toBeGreaterThan(9);
    expect(manifest.rows).toEqual({ in: 1_800, out: 1_800, refused: 0 });
    const [csv, fromParquet] = manifest.files.map((file) => rowsOf(file.manifest));
    expect(fromParquet).toEqual(csv);
  });

  it('is planned in as many calls as it takes, with the same plan', async () => {
    writeFileSync(join(root, 'in/a.csv'), csvOf(900));
    writeFileSync(join(root, 'in/b.csv'), csvOf(3));
    writeFileSync(join(root, 'in/c.jsonl'), jsonLinesOf(300));

    let run = await plan({}, { isLate: () => true });
    let calls = 1;
    while (!run.isPlanned) {
      run = await plan({}, { isLate: () => true });
      calls += 1;
    }
    const output = await stores.openOutput(run.output);
    const items = await readPlan(output, run.id);
    rmSync(join(root, 'out'), { recursive: true });
    const atOnce = await plan();

    expect(calls).toBeGreaterThan(8);
    expect(run.items).toBe(items.length);
    expect(atOnce.id).toBe(run.id);
    expect(await readPlan(output, run.id)).toEqual(items);
  });

  it('counts rows that are refused by their number in the file', async () => {
    const lines = csvOf(900).split('\n');
    lines[701] = `poison,${lines[701]}`;
    writeFileSync(join(root, 'in/large.csv'), lines.join('\n'));

    const run = await plan({ maxRefusedRatio: 0.01 });
    await runItems(run);
    const manifest = await finishRun(run, { stores });

    expect(manifest.rows).toEqual({ in: 900, out: 899, refused: 1 });
    const errors = readdirSync(join(root, 'out'), { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('errors.jsonl'));
    expect(errors).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(root, 'out', errors[0] ?? ''), 'utf8'))).toMatchObject({
      row: 700,
    });
  });

  it('has no file that lacks a part, and is completed when the part is there', async () => {
    writeFileSync(join(root, 'in/large.csv'), csvOf(900));
    writeFileSync(join(root, 'in/small.csv'), csvOf(5));
    const run = await plan();

    await runItems(run, (index) => index !== 1);
    const partly = await finishRun(run, { stores });
    await runItems(run);
    const whole = await finishRun(run, { stores });

    expect(partly.rows).toEqual({ in: 5, out: 5, refused: 0 });
    expect(partly.failed).toEqual([
      expect.objectContaining({ reason: expect.stringContaining('is not complete') }),
    ]);
    expect(whole.rows).toEqual({ in: 905, out: 905, refused: 0 });
    expect(whole.failed).toEqual([]);
  });

  it('fails when no file is complete', async () => {
    writeFileSync(join(root, 'in/large.csv'), csvOf(900));
    const run = await plan();
    await runItems(run, (index) => index !== 1);

    await expect(finishRun(run, { stores })).rejects.toMatchObject({ code: 'INVALID_STATE' });
  });

  it('does not score a file that was replaced since it was planned', async () => {
    writeFileSync(join(root, 'in/large.csv'), csvOf(900));
    const run = await plan();
    writeFileSync(join(root, 'in/large.csv'), csvOf(901));

    await expect(runItems(run)).rejects.toMatchObject({
      code: 'INVALID_STATE',
      message: expect.stringContaining('was replaced'),
    });
  });

  it.each([
    ['no files', {}, 'RESOURCE_DOES_NOT_EXIST', 'there are no files below'],
    ['only hidden files', { _SUCCESS: '', '.a/b.csv': 'a\n1\n' }, 'RESOURCE_DOES_NOT_EXIST', '"_"'],
    [
      'files of no format',
      { 'a.txt': '', 'b.csv': 'a\n1\n', 'c.doc': '' },
      'INVALID_PARAMETER_VALUE',
      '(and 1 more)',
    ],
  ])('refuses a folder with %s', async (_, files: Record<string, string>, code, message) => {
    mkdirSync(join(root, 'in/.a'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'in', name), text);

    await expect(plan()).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});
