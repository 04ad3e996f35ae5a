import type { BatchProgress } from '../batch/job/batch-job.ts';
import type { ProgressStream } from './publish-progress.ts';

export interface BatchDisplay {
  update(progress: BatchProgress): void;
  /** Idempotent; the next line begins at the left. */
  stop(): void;
}

/** Between two lines, on a terminal and elsewhere; ms. */
const LINE_EVERY_MS = { terminal: 200, log: 10_000 };
const ERASE_LINE = '\r\u001b[K';

/** Show how many rows are done, how fast, and how many were refused. Never on standard output. */
export function createBatchProgress(
  stream: ProgressStream = process.stderr,
  nowMs: () => number = performance.now.bind(performance),
): BatchDisplay {
  const isTerminal = stream.isTTY === true;
  const everyMs = isTerminal ? LINE_EVERY_MS.terminal : LINE_EVERY_MS.log;
  const startedAtMs = nowMs();
  let saidAtMs = startedAtMs;
  let hasLine = false;
  return {
    update({ rowsIn, refused }) {
      if (nowMs() - saidAtMs < everyMs) return;
      saidAtMs = nowMs();
      const rate = Math.round(rowsIn / ((saidAtMs - startedAtMs) / 1000));
      const text = `${count(rowsIn)} rows, ${count(rate)} a second, ${count(refused)} refused`;
      stream.write(isTerminal ? `${ERASE_LINE}${text}` : `mlflow-serverless: ${text}\n`);
      hasLine = isTerminal;
    },
    stop() {
      if (hasLine) stream.write(ERASE_LINE);
      hasLine = false;
    },
  };
}

const count = (value: number): string => value.toLocaleString('en');
