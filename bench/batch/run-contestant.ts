import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Contestant } from './contestants.ts';

/** What one run took: wall time, processor time of all threads, and the most memory that was resident. */
export interface Measure {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** Runs in a folder that is new each time: what is done already would not be done again. */
export function runContestant(
  { command, reads, predictions, name }: Contestant,
  { python, rows, work }: { readonly python: string; readonly rows: number; readonly work: string },
): Measure & { readonly predictions: string } {
  const output = join(work, `by ${name}, ${reads}`);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output);
  const argv = command(join(work, `${rows}.${reads}`), output);
  const printed = execFileSync(join(python, 'python'), ['bench/batch/measure.py', ...argv], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${python}:${process.env['PATH']}`,
      MLFLOW_SERVERLESS_LOG_LEVEL: 'error',
    },
  });
  const [found] = globSync(join(output, predictions));
  if (found === undefined) throw new Error(`${name} wrote no ${predictions}`);
  return { ...(JSON.parse(printed) as Measure), predictions: found };
}
