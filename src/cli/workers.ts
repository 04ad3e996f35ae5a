import cluster, { type Worker } from 'node:cluster';
import { EXIT } from './failure.ts';
import { stopSignal } from './stop-signal.ts';

/** A worker that dies is replaced after this, doubled for each one that died young; ms. */
const FIRST_RESTART_MS = 1_000;
const LONGEST_RESTART_MS = 30_000;
/** Who lived this long did not die of its start; ms. */
const YOUNG_MS = 60_000;

interface Listening {
  readonly kind: 'listening';
  readonly lines: string;
}

export const isWorker = (): boolean => cluster.isWorker;

/** Tell the primary that this worker answers requests, and what to print. */
export function reportListening(lines: string): void {
  process.send?.({ kind: 'listening', lines } satisfies Listening);
}

/**
 * Run this command `count` times on one port, each process with a model of its own.
 *
 * The first starts alone: it brings the files to disk for all, and a wrong URI or a taken port is
 * said once. A worker that dies later is replaced, with growing pauses.
 *
 * @returns the exit code, when all have ended
 */
export async function runWorkers(count: number): Promise<number> {
  let isStopping = false;
  let youngDeaths = 0;
  const first = cluster.fork();
  const stopped = stopSignal({ onImpatience: giveUp }).then(() => {
    isStopping = true;
    // Not worker.kill(): that takes the connections from the worker before it has finished.
    for (const worker of running()) worker.process.kill('SIGTERM');
  });
  const lines = await firstListening(first);
  if (lines === undefined) return isStopping ? EXIT.interrupted : EXIT.failure;
  process.stdout.write(lines);

  const watch = (worker: Worker): void => {
    const bornAtMs = Date.now();
    worker.once('exit', (code, signal) => {
      if (isStopping) return;
      youngDeaths = Date.now() - bornAtMs < YOUNG_MS ? youngDeaths + 1 : 0;
      const pauseMs = Math.min(
        LONGEST_RESTART_MS,
        FIRST_RESTART_MS * 2 ** Math.max(0, youngDeaths - 1),
      );
      process.stderr.write(
        `mlflow-serverless: a worker ended (${signal ?? `exit code ${code}`}); the next one starts in ${pauseMs / 1000} s\n`,
      );
      setTimeout(() => {
        if (!isStopping) watch(cluster.fork());
      }, pauseMs).unref();
    });
  };
  watch(first);
  for (let i = 1; i < count; i++) watch(cluster.fork());
  await stopped;
  await Promise.all(running().map(ended));
  return EXIT.ok;
}

/** A second ctrl-C: the workers have had it too, but each only finishes what it has begun. */
function giveUp(): void {
  for (const worker of running()) worker.process.kill('SIGKILL');
  process.exit(EXIT.interrupted);
}

/** What the worker wants printed once it listens; undefined when it ended before. */
function firstListening(worker: Worker): Promise<string | undefined> {
  return new Promise((resolve) => {
    worker.on('message', (message: Listening) => {
      if (message.kind === 'listening') resolve(message.lines);
    });
    worker.once('exit', () => resolve(undefined));
  });
}

const running = (): Worker[] =>
  Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);

const ended = (worker: Worker): Promise<void> =>
  new Promise((resolve) => {
    if (worker.isDead()) resolve();
    else worker.once('exit', () => resolve());
  });
