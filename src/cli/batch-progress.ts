import type { BatchProgress } from '../batch/job/batch-job.ts';
import type { ProgressStream } from './publish-progress.ts';

export interface DisplayedProgress extends BatchProgress {
  /** Files and parts of files. */
  readonly items?: { readonly done: number; readonly all: number };
  /** Of the input that is done, from 0 to 1, where it is known. */
  readonly share?: number;
}

export interface BatchDisplay {
  update(progress: DisplayedProgress): void;
  /** Idempotent; the next line begins at the left. */
  stop(): void;
}

/** Between two lines, on a terminal and elsewhere; ms. */
const LINE_EVERY_MS = { terminal: 200, log: 10_000 };
const ERASE_LINE = '\r\u001b[K';

/**
 * Show how many rows are done, how fast, how many were refused, and how long it will take. Never on standard output.
 *
 * What was done before the first look counts for no rate.
 */
export function createBatchProgress(
  stream: ProgressStream = process.stderr,
  nowMs: () => number = performance.now.bind(performance),
): BatchDisplay {
  const isTerminal = stream.isTTY === true;
  const everyMs = isTerminal ? LINE_EVERY_MS.terminal : LINE_EVERY_MS.log;
  const startedAtMs = nowMs();
  let saidAtMs = startedAtMs;
  let hasLine = false;
  let before: Pick<DisplayedProgress, 'rowsIn' | 'share'> | undefined;
  return {
    update(progress) {
      // A first look at what others do finds what they have done before.
      before ??= progress.items === undefined ? { rowsIn: 0 } : progress;
      if (nowMs() - saidAtMs < everyMs) return;
      saidAtMs = nowMs();
      const elapsedMs = saidAtMs - startedAtMs;
      const { items, rowsIn, refused } = progress;
      const rate = Math.round((rowsIn - before.rowsIn) / (elapsedMs / 1000));
      const remainingMs = remaining(elapsedMs, progress.share, before.share);
      const text = [
        items && `${count(items.done)} of ${count(items.all)} parts`,
        `${count(rowsIn)} rows, ${count(rate)} a second, ${count(refused)} refused`,
        remainingMs !== undefined && `${duration(remainingMs)} left`,
      ]
        .filter((part) => typeof part === 'string')
        .join(', ');
      stream.write(isTerminal ? `${ERASE_LINE}${text}` : `mlflow-serverless: ${text}\n`);
      hasLine = isTerminal;
    },
    stop() {
      if (hasLine) stream.write(ERASE_LINE);
      hasLine = false;
    },
  };
}

/** As much again for each share as it took since the first look. */
function remaining(elapsedMs: number, share = 0, before = 0): number | undefined {
  return share > before ? (elapsedMs * (1 - share)) / (share - before) : undefined;
}

function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

const count = (value: number): string => value.toLocaleString('en');
