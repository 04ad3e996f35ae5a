import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../src/batch/batch-manifest.ts';
import type { BatchFormat } from '../../src/batch/batch-options.ts';
import { runBatchJob } from '../../src/batch/job/run-batch-job.ts';
import { openLocalInput } from '../../src/batch/store/local-input.ts';
import { openBatchOutput } from '../../src/batch/store/open-batch-output.ts';
import { openWineJobs } from '../helpers/wine-job.ts';

/**
 * Kill -9 at random points, with readers, model and writers as they are: whatever is there afterwards, the next run completes it, and
 * the result is the one of a run that nobody killed, byte for byte.
 */
const CHILD = join(import.meta.dirname, '../helpers/wine-job-child.ts');
const KILLS = 210;
const ROWS = 6_000;
/** One row in 50 of text is refused. */
const BAD_EVERY = 50;
const LEASE_MS = 200;

interface Case {
  readonly file: string;
  readonly outputFormat?: BatchFormat;
}
const CASES: readonly Case[] = [
  { file: 'rows.csv' },
  { file: 'rows.csv.gz' },
  { file: 'rows.jsonl' },
  { file: 'rows.jsonl.gz' },
  { file: 'rows.parquet' },
  { file: 'rows.csv', outputFormat: 'parquet' },
  { file: 'rows.parquet', outputFormat: 'csv' },
];

let root: string;
let wine: Awaited<ReturnType<typeof openWineJobs>>;
/** Files of an undisturbed run, by the case. */
const wanted = new Map<Case, Map<string, Buffer>>();

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'killed-wine-'));
  wine = await openWineJobs();
  makeInputs();
  for (const each of CASES) {
    if (each.file.endsWith('.parquet')) await makeParquet();
    const outcome = await run(each, join(root, 'undisturbed'));
    expect(outcome).toBe('scored');
    wanted.set(each, filesBelow(join(root, 'undisturbed')));
    rmSync(join(root, 'undisturbed'), { recursive: true });
  }
}, 120_000);
afterAll(async () => {
  await wine.close();
  rmSync(root, { recursive: true });
});

const cell = (row: number, column: number): number => ((row * 31 + column * 7) % 1_999) / 100;
const rowOf = (row: number): number[] => wine.columns.map((_, column) => cell(row, column));

function makeInputs(): void {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  const isBad = (row: number) => row % BAD_EVERY === 7;
  const csv = [
    wine.columns.join(','),
    ...rows.map((row) => `${isBad(row) ? 'one,' : ''}${rowOf(row).join(',')}`),
  ].join('\n');
  const jsonl = rows
    .map((row) => {
      const record = Object.fromEntries(rowOf(row).map((value, i) => [wine.columns[i], value]));
      return JSON.stringify(isBad(row) ? { ...record, [wine.columns[3] ?? '']: 'poison' } : record);
    })
    .join('\n');
  for (const [name, text] of [
    ['rows.csv', csv],
    ['rows.jsonl', jsonl],
  ] as const) {
    writeFileSync(join(root, name), text);
    writeFileSync(join(root, `${name}.gz`), gzipSync(text));
  }
}

/** What we write, we read: the rows of the CSV that were good. */
async function makeParquet(): Promise<void> {
  await run({ file: 'rows.csv', outputFormat: 'parquet' }, join(root, 'made'));
  const [[, bytes] = []] = [...filesBelow(join(root, 'made'))].filter(([name]) =>
    name.endsWith('.parquet'),
  );
  writeFileSync(join(root, 'rows.parquet'), bytes ?? '');
  rmSync(join(root, 'made'), { recursive: true });
}

async function run({ file, outputFormat }: Case, output: string): Promise<string> {
  const input = await openLocalInput(join(root, file));
  const to = await openBatchOutput(output, {});
  for (;;) {
    const outcome = await runBatchJob(
      wine.jobOf(input, to, { ...(outputFormat && { outputFormat }) }),
    );
    if (outcome.kind !== 'busy') return outcome.kind;
    await sleep(Math.max(1, outcome.heldUntilMs - Date.now()));
  }
}

/** By their names; all lie in the folder of one job. */
function filesBelow(folder: string): Map<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(new Set(files.map(({ parentPath }) => parentPath)).size).toBeLessThan(2);
  return new Map(files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name))]));
}

interface Child {
  readonly process: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly ended: Promise<unknown>;
  /** Resolves when it says so, or has ended. */
  hasScored(rows: number): Promise<unknown>;
}

function startChild(output: string): Child {
  const child = spawn(process.execPath, [CHILD, output, String(LEASE_MS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  child.stdin.on('error', () => undefined); // it was killed before it heard
  const ended = once(child, 'exit');
  return {
    process: child,
    ready: Promise.race([once(child.stdout, 'data'), ended]),
    ended,
    async hasScored(rows) {
      while (Number(/(\d+) rows\n$/.exec(said)?.[1] ?? 0) < rows && child.exitCode === null) {
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
  };
}

describe(`a file scored by the wine model, killed at ${KILLS} random points`, () => {
  it('comes out as if nobody had killed it, each row once', async () => {
    const seen = { nothing: 0, begun: 0, files: 0, done: 0 };
    let next = startChild(join(root, 'out-0'));
    for (let trial = 0; trial < KILLS; trial += 1) {
      const each = CASES[trial % CASES.length] as Case;
      const output = join(root, `out-${trial}`);
      const child = next;
      next = startChild(join(root, `out-${trial + 1}`)); // opens its model while the other one works
      await child.ready;
      const options = each.outputFormat ? { outputFormat: each.outputFormat } : {};
      child.process.stdin?.write(`${JSON.stringify({ input: join(root, each.file), options })}\n`);
      // Half of them near the end, where files and manifest become visible.
      await child.hasScored(trial % 2 === 0 ? ROWS * 0.97 : ROWS * Math.random());
      await sleep(20 * Math.random() ** 2);
      child.process.kill('SIGKILL');
      await child.ended;
      const place = `trial ${trial}: ${basename(each.file)} to ${each.outputFormat ?? 'the same'}`;
      seen[lookAt(output, place)] += 1;

      const kind = await run(each, output);

      expect(['scored', 'done-before'], place).toContain(kind);
      const found = filesBelow(output);
      const undisturbed = wanted.get(each) ?? new Map();
      expect([...found.keys()].toSorted(), place).toEqual([...undisturbed.keys()].toSorted());
      for (const [name, bytes] of undisturbed) {
        if (name !== '_manifest.json')
          expect(found.get(name)?.equals(bytes), `${place}: ${name}`).toBe(true);
      }
      const { rows } = JSON.parse(String(found.get('_manifest.json'))) as BatchManifest;
      expect(rows.in, place).toBe(rows.out + rows.refused);
      expect(rows, place).toEqual(JSON.parse(String(undisturbed.get('_manifest.json'))).rows);
      rmSync(output, { recursive: true });
    }
    next.process.kill('SIGKILL');

    console.log(`${KILLS} kills: ${JSON.stringify(seen)}`);
    expect(seen.begun + seen.files).toBeGreaterThan(KILLS / 10);
  }, 600_000);
});

/** Where it was when it was killed. */
function lookAt(output: string, place: string): keyof { nothing: 0; begun: 0; files: 0; done: 0 } {
  const names = readdirSync(output, { recursive: true }).map((name) => basename(String(name)));
  if (names.includes('_manifest.json')) {
    expect(
      names.some((name) => name.startsWith('predictions')),
      place,
    ).toBe(true);
    return 'done';
  }
  if (names.some((name) => /^(predictions|errors)/.test(name))) return 'files';
  return names.length > 0 ? 'begun' : 'nothing';
}
