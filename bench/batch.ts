import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePythonEnvironment } from '../scripts/python-env.ts';
import { type BatchBenchFormat, contestantsFor } from './batch/contestants.ts';
import { type Measure, runContestant } from './batch/run-contestant.ts';

/**
 * `npm run bench:batch [-- --short]`: files of 20 columns scored by `mlflow-serverless batch`, by MLflow and by scripts written by
 * hand, in turns, and by the least that Node can do. Prints tables for docs/benchmarks.md.
 *
 * Exit code 1 when ours is slower than a script, or worse than a regression allows; a reach that is missed is told.
 */
const isShort = process.argv.includes('--short');
const ROWS = isShort ? 200_000 : 1_000_000;
const ROUNDS = isShort ? 1 : 3;
const SIZES = isShort ? [] : [250_000, 1_000_000, 4_000_000];
const CLI = 'dist/cli/main.cjs';
const MEBIBYTE = 2 ** 20;

interface Ratio {
  what: string;
  ratio: number;
  reach: number;
  /** Below it something broke. */
  fails: number;
}

const ratios: Ratio[] = [];
const work = mkdtempSync(join(tmpdir(), 'bench-batch-'));
try {
  if (!existsSync(CLI)) throw new Error('run npm run build first');
  const python = ensurePythonEnvironment();
  const run = (args: string[]): string =>
    execFileSync(join(python, 'python'), args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  run(['bench/make_model.py', work]);
  const model = join(work, 'trees');
  for (const rows of new Set([ROWS, ...SIZES])) run(['bench/batch/make_rows.py', work, `${rows}`]);
  for (const format of ['csv', 'parquet'] as const) sideBySide(format, { python, model });
  if (SIZES.length > 0) bySize({ python, model });
} finally {
  rmSync(work, { recursive: true, force: true });
}
console.log('\n| ratio of rows/s | | to reach | reached |\n|---|---|---|---|');
for (const { what, ratio, reach } of ratios) {
  const reached = ratio >= reach ? 'yes' : '**no**';
  console.log(`| ${what} | ${ratio.toFixed(2)} | ≥ ${reach} | ${reached} |`);
}
const missed = ratios.filter(({ ratio, reach }) => ratio < reach);
const failed = ratios.filter(({ ratio, fails }) => !(ratio >= fails));
console.log(
  missed.length === 0
    ? 'every reach is met'
    : `missed: ${missed.map(({ what }) => what).join('; ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** All of them in turns, so that a slow spell of the machine hits each. */
function sideBySide(format: BatchBenchFormat, paths: { python: string; model: string }): void {
  const contestants = contestantsFor(format, paths);
  const measures = new Map(contestants.map(({ name }) => [name, [] as Measure[]]));
  for (let round = 0; round < ROUNDS; round++) {
    const files = contestants.map((contestant) => {
      const measure = runContestant(contestant, { python: paths.python, rows: ROWS, work });
      measures.get(contestant.name)?.push(measure);
      return measure.predictions;
    });
    execFileSync(join(paths.python, 'python'), ['bench/batch/check.py', ...files], {
      stdio: 'pipe',
    });
  }
  console.log(
    `\n| ${format}, ${count(ROWS)} × 20 | s | rows/s | processor s | peak MiB |\n|---|---|---|---|---|`,
  );
  const rate = (name: string): number => ROWS / secondsOf(measures.get(name) ?? []);
  for (const [name, taken] of measures) console.log(row(name, ROWS, taken));
  const versus = (other: string, reach: number, fails: number): void => {
    const ratio = rate('ours') / rate(other);
    ratios.push({ what: `${format}: ours ÷ ${other}`, ratio, reach, fails });
  };
  versus('MLflow', 10, 2);
  versus('pandas', 1, 1);
  versus('pyarrow', 1, 1);
}

/** Four times the rows take four times as long, beyond what starting takes; and no more memory. */
function bySize({ python, model }: { python: string; model: string }): void {
  for (const format of ['csv', 'parquet'] as const) {
    const ours = contestantsFor(format, { python, model }).findLast(({ name }) => name === 'ours');
    if (ours === undefined) throw new Error('ours is one of them');
    console.log(
      `\n| ours, ${format} | s | rows/s | processor s | peak MiB |\n|---|---|---|---|---|`,
    );
    const rates = SIZES.map((rows) => {
      const taken = Array.from({ length: ROUNDS }, () =>
        runContestant(ours, { python, rows, work }),
      );
      console.log(row(`${count(rows)} rows`, rows, taken));
      return rows / secondsOf(taken);
    });
    const ratio = (rates.at(-1) ?? 0) / (rates.at(-2) ?? 0);
    ratios.push({ what: `${format}: 4 M rows ÷ 1 M rows`, ratio, reach: 0.9, fails: 0.7 });
  }
}

/** Of the fastest round: on a machine that does other work, too, the slower ones measure that. */
function secondsOf(taken: readonly Measure[]): number {
  return Math.min(...taken.map(({ seconds }) => seconds));
}

function row(name: string, rows: number, taken: readonly Measure[]): string {
  const seconds = secondsOf(taken);
  const cpu = Math.min(...taken.map(({ cpuSeconds }) => cpuSeconds));
  const peak = Math.max(...taken.map(({ peakBytes }) => peakBytes)) / MEBIBYTE;
  return `| ${name} | ${seconds.toFixed(2)} | ${count(Math.round(rows / seconds))} | ${cpu.toFixed(2)} | ${peak.toFixed(0)} |`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
