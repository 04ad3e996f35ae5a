import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import type { BatchOptions } from '../../../src/batch/batch-options.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { startFakeS3 } from '../../helpers/fake-s3.ts';
import { FAKE_KEYS, type Fault } from '../../helpers/fake-s3-answers.ts';
import { openWineJobs } from '../../helpers/wine-job.ts';
import { createRandom } from '../../interop/random.ts';

/** Bad stores and bad files, with readers, model and writers as they are. */
let wine: Awaited<ReturnType<typeof openWineJobs>>;
beforeAll(async () => {
  wine = await openWineJobs();
});
afterAll(() => wine.close());

const rowOf = (row: number): number[] =>
  wine.columns.map((_, column) => ((row * 31 + column * 7) % 1_999) / 100);
const csvOf = (rows: number): string =>
  [wine.columns, ...Array.from({ length: rows }, (_, row) => rowOf(row))]
    .map((cells) => `${cells.join(',')}\n`)
    .join('');

async function run(
  input: string,
  output: string,
  environment: Record<string, string> = {},
  options: BatchOptions = {},
): Promise<BatchManifest> {
  const from = await openBatchInput(input, environment);
  const to = await openBatchOutput(output, environment);
  const job = { ...wine.jobOf(from, to, { maxRefusedRatio: 0, ...options }), leaseMs: 200 };
  for (;;) {
    const outcome = await runBatchJob(job);
    if (outcome.kind !== 'busy') return outcome.manifest;
    await sleep(Math.max(1, outcome.heldUntilMs - Date.now()));
  }
}

describe('S3 that fails at random', () => {
  const TRIALS = 30;
  const ROWS = 1_000;
  const random = createRandom(5);
  const FAULTS: readonly Fault[] = [
    { kind: 'status', status: 503, code: 'SlowDown' },
    { kind: 'status', status: 500, code: 'InternalError' },
    { kind: 'reset' },
    { kind: 'lose-answer' },
    { kind: 'truncate' },
    { kind: 'delay', ms: 5 },
  ];

  it(`loses no row and doubles none, in ${TRIALS} trials`, async () => {
    const s3 = await startFakeS3();
    const environment = {
      AWS_ACCESS_KEY_ID: FAKE_KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: FAKE_KEYS.secretAccessKey,
      MLFLOW_S3_ENDPOINT_URL: s3.url,
    };
    const lines = csvOf(ROWS).split('\n');
    for (const at of [100, 500, 900]) lines[at] = `one,${lines[at]}`;
    s3.put('files', 'out/kept', '');
    let faults = 0;
    let again = 0;
    for (let trial = 0; trial < TRIALS; trial += 1) {
      const key = `in/rows-${trial}.csv`;
      s3.put('files', key, lines.join('\n'));
      const share = [0.05, 0.1, 0.25][trial % 3] ?? 0;
      s3.setFault(() => {
        if (random.next() >= share) return undefined;
        faults += 1;
        return FAULTS[Math.floor(random.next() * FAULTS.length)];
      });

      const options = { maxRefusedRatio: 0.01 };
      let manifest: BatchManifest | undefined;
      while (manifest === undefined) {
        manifest = await run(`s3://files/${key}`, 's3://files/out', environment, options).catch(
          (error: { code?: string; message: string }) => {
            // Too many faults in a row: said as such, and the next run goes on.
            expect(error).toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
            again += 1;
            return undefined;
          },
        );
      }
      s3.setFault(() => undefined);

      expect(manifest.rows).toEqual({ in: ROWS, out: ROWS - 3, refused: 3 });
      const folder = `out/${key}/${manifest.job}`;
      const [predictions] = manifest.outputs;
      const text = s3.get('files', `${folder}/${predictions?.path}`)?.toString() ?? '';
      const inputs = text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',').slice(0, wine.columns.length).join(','));
      const good = lines.slice(1, -1).filter((line) => !line.startsWith('one,'));
      expect(inputs).toEqual(good);
    }
    await s3.close();

    console.log(
      `${TRIALS} trials: ${faults} faults, ${again} runs that gave up and were started again`,
    );
    expect(faults).toBeGreaterThan(TRIALS);
  }, 120_000);
});

describe('a file that cannot be scored', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'poison-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const good = (): string => csvOf(20);
  const broken = (): Buffer => gzipSync(csvOf(5_000)).subarray(0, 2_000);

  it.each<[string, string, () => string | Buffer, string, RegExp]>([
    ['empty', 'a.csv', () => '', 'BAD_REQUEST', /the file is empty: expected a header line/],
    ['of other columns', 'a.csv', () => 'x,y\n1,2\n', 'BAD_REQUEST', /1 of 1 rows were refused/],
    ['a truncated gzip', 'a.csv.gz', broken, 'BAD_REQUEST', /gzip/],
    ['no gzip', 'a.csv.gz', good, 'BAD_REQUEST', /gzip/],
    ['no Parquet', 'a.parquet', good, 'BAD_REQUEST', /parquet/],
    ['a Parquet file cut off', 'a.parquet', () => 'PAR1aaaaaaaaPAR1', 'BAD_REQUEST', /parquet/],
    ['an empty Parquet file', 'a.parquet', () => '', 'BAD_REQUEST', /parquet/],
    ['no JSON Lines', 'a.jsonl', () => 'a\nb\n', 'BAD_REQUEST', /2 of 2 rows were refused/],
    ['an array', 'a.jsonl', () => '[{"a": 1},\n{"a": 2}]\n', 'BAD_REQUEST', /rows were refused/],
    ['a broken JSON body', 'a.json', () => '{"dataframe_split": ', 'BAD_REQUEST', /JSON/i],
    ['a JSON body without rows', 'a.json', () => '{}', 'BAD_REQUEST', /dataframe_split/],
    ['binary', 'a.csv', () => deflateRawSync(good()), 'BAD_REQUEST', /expected UTF-8 text/],
    ['of no format', 'a.txt', good, 'INVALID_PARAMETER_VALUE', /says no format/],
  ])('says why: %s', async (_, name, content, code, message) => {
    writeFileSync(join(root, name), content());

    await expect(run(join(root, name), join(root, 'out'))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    mkdirSync(join(root, 'out'), { recursive: true });
    const left = readdirSync(join(root, 'out'), { recursive: true }).map(String);
    expect(left.filter((path) => /predictions|_manifest|partial/.test(path))).toEqual([]);
  });

  it.each<[string, string, () => string | Buffer, BatchManifest['rows']]>([
    ['a header alone', 'a.csv', () => csvOf(0), { in: 0, out: 0, refused: 0 }],
    ['nothing in JSON Lines', 'a.jsonl', () => '', { in: 0, out: 0, refused: 0 }],
    [
      'one row without a line end',
      'a.csv',
      () => csvOf(1).trimEnd(),
      { in: 1, out: 1, refused: 0 },
    ],
    ['a mark at its start', 'a.csv', () => `\ufeff${csvOf(3)}`, { in: 3, out: 3, refused: 0 }],
    [
      'blank lines',
      'a.csv',
      () => csvOf(3).replaceAll('\n', '\n\n\n'),
      { in: 3, out: 3, refused: 0 },
    ],
    [
      'members of gzip',
      'a.csv.gz',
      () => Buffer.concat([gzipSync(csvOf(2)), gzipSync(`${rowOf(9).join(',')}\n`)]),
      { in: 3, out: 3, refused: 0 },
    ],
  ])('is none with %s', async (_, name, content, rows) => {
    writeFileSync(join(root, name), content());

    expect((await run(join(root, name), join(root, 'out'))).rows).toEqual(rows);
  });

  it('accounts for rows of every kind of poison, among good ones', async () => {
    const cells = rowOf(1);
    const poison = [
      `1,${cells.join(',')}`,
      cells.map((_, i) => (i === 3 ? 'text' : '1')).join(','),
      '1,2,3',
      cells.map((_, i) => (i === 0 ? '"1\n2"' : '1')).join(','),
      `${'9'.repeat(400)},${cells.slice(1).join(',')}`,
    ];
    const text = csvOf(40).trimEnd().split('\n');
    for (const [i, line] of poison.entries()) text.splice(5 + i * 6, 0, line);
    const bad = Buffer.from(`${cells.join(',')}\n`.replace('.', '\xff'), 'latin1');
    writeFileSync(join(root, 'a.csv'), Buffer.concat([Buffer.from(`${text.join('\n')}\n`), bad]));

    const { rows } = await run(join(root, 'a.csv'), join(root, 'out'), {}, { maxRefusedRatio: 1 });

    expect(rows.in).toBe(46);
    expect(rows.in).toBe(rows.out + rows.refused);
    expect(rows.refused).toBeGreaterThanOrEqual(4);
  });
});
