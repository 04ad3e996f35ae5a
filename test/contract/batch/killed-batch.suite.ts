import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BatchManifest } from '../../../src/batch/batch-manifest.ts';
import { runBatchJob } from '../../../src/batch/job/run-batch-job.ts';
import { openBatchInput } from '../../../src/batch/store/open-batch-input.ts';
import { openBatchOutput } from '../../../src/batch/store/open-batch-output.ts';
import { CHUNK_ROWS, lineJob } from '../../helpers/line-job.ts';

export interface KilledBatchPlace {
  /** Put a file of rows, and say its URI. */
  putInput(name: string, text: string): Promise<string>;
  /** Every file below the output, hidden ones too; relative to it. */
  files(): Promise<Map<string, Buffer>>;
  /** Uploads or temporary files. */
  unfinished(): Promise<number>;
  readonly output: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface KilledBatchOptions {
  readonly kills: number;
  /** Of an input: one in ten is bad. */
  readonly rows: number;
  /** How long after a chunk a kill may come; ms. */
  readonly longestMs: number;
  readonly setup: () => Promise<KilledBatchPlace>;
}

const CHILD = join(import.meta.dirname, '../../helpers/batch-child.ts');
const LEASE_MS = 200;

/**
 * Kill -9 a job again and again, at random points from its start to its end: what is there afterwards is the whole result or none,
 * and the next run completes it, with every row in it once.
 */
export function describeKilledBatch(place: string, options: KilledBatchOptions): void {
  const { kills, rows, longestMs, setup } = options;

  describe(`a batch job to ${place}, killed at ${kills} random points`, () => {
    it('has one manifest and every row, whenever it was killed', async () => {
      const under = await setup();
      const seen = { nothing: 0, begun: 0, files: 0, done: 0 };
      let next = startChild(under);

      for (let trial = 0; trial < kills; trial += 1) {
        const { text, predictions, errors } = rowsOf(trial, rows);
        const input = await under.putInput(`rows-${trial}.csv`, text);
        const child = next;
        next = startChild(under); // loads while the other one works
        await child.ready;
        child.start(input);
        // Half of them when the last row is scored: completing three files is the short part that matters.
        const chunks = Math.floor((rows / CHUNK_ROWS) * Math.random());
        await child.hasScored(trial % 2 === 0 ? chunks * CHUNK_ROWS : rows);
        await sleep(longestMs * Math.random() ** 2);
        child.process.kill('SIGKILL');
        await child.ended;
        seen[await lookAt(under, trial)] += 1;

        const kind = await finish(under, input);

        expect(['scored', 'done-before']).toContain(kind);
        const found = await filesOf(under, trial);
        expect([...found.keys()].toSorted()).toEqual([
          '_manifest.json',
          'errors.jsonl',
          'predictions.csv',
        ]);
        expect(found.get('predictions.csv')?.toString()).toBe(predictions);
        expect(found.get('errors.jsonl')?.toString().trimEnd().split('\n')).toHaveLength(errors);
        const manifest: BatchManifest = JSON.parse(String(found.get('_manifest.json')));
        expect(manifest.rows).toEqual({ in: rows, out: rows - errors, refused: errors });
        for (const file of [...manifest.outputs, ...manifest.errors]) {
          const bytes = found.get(file.path) ?? '';
          expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
        }
      }
      next.process.kill('SIGKILL');

      console.log(`${kills} kills: ${JSON.stringify(seen)}`);
      expect(await under.unfinished()).toBe(0);
      expect(seen.begun + seen.files).toBeGreaterThan(0);
    }, 900_000);
  });
}

/** Where the child was when it was killed. */
async function lookAt(under: KilledBatchPlace, trial: number) {
  const names = [...(await filesOf(under, trial)).keys()];
  if (names.includes('_manifest.json')) {
    expect(names).toContain('predictions.csv');
    return 'done';
  }
  if (names.some((name) => /^(predictions|errors)/.test(name))) return 'files';
  return names.length > 0 ? 'begun' : 'nothing';
}

async function finish(under: KilledBatchPlace, input: string): Promise<string> {
  const from = await openBatchInput(input, under.environment);
  const to = await openBatchOutput(under.output, under.environment);
  for (;;) {
    const outcome = await runBatchJob(lineJob(from, to));
    if (outcome.kind !== 'busy') return outcome.kind;
    await sleep(Math.max(1, outcome.heldUntilMs - Date.now()));
  }
}

/** The job's files by their names: all must lie in one folder. */
async function filesOf(under: KilledBatchPlace, trial: number): Promise<Map<string, Buffer>> {
  const all = [...(await under.files())].filter(([key]) => key.startsWith(`rows-${trial}.csv/`));
  const folders = new Set(all.map(([key]) => key.slice(0, key.lastIndexOf('/'))));
  expect(folders.size).toBeLessThan(2);
  return new Map(all.map(([key, bytes]) => [key.slice(key.lastIndexOf('/') + 1), bytes]));
}

function rowsOf(trial: number, count: number) {
  const lines = Array.from({ length: count }, (_, i) =>
    i % 10 === 3 ? `bad${i}` : `${trial}-${i}`,
  );
  const good = lines.filter((line) => !line.startsWith('bad'));
  const reversed = good.map((line) => `${[...line].reverse().join('')}\n`);
  return {
    text: lines.map((line) => `${line}\n`).join(''),
    predictions: `head\n${reversed.join('')}end\n`,
    errors: count - good.length,
  };
}

interface Child {
  readonly process: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly ended: Promise<unknown>;
  start(input: string): void;
  /** Resolves when it says so, or has ended. */
  hasScored(rows: number): Promise<unknown>;
}

function startChild({ output, environment }: KilledBatchPlace): Child {
  const child = spawn(process.execPath, [CHILD, output, String(LEASE_MS)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...environment },
  });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'exit');
  child.stdin.on('error', () => undefined); // it was killed before it heard
  return {
    process: child,
    ready: once(child.stdout, 'data'),
    ended,
    start: (input) => void child.stdin.write(`${input}\n`),
    async hasScored(rows) {
      while (rows > 0 && !said.includes(`\n${rows} rows`) && child.exitCode === null) {
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
  };
}
