import type { EnvironmentProgress } from '../python-env/python-environment.ts';
import type { ProgressStream } from './publish-progress.ts';

export interface EnvironmentDisplay {
  update(progress: EnvironmentProgress): void;
  /** Idempotent; the next line begins at the left. */
  stop(): void;
  /** Whether an environment is being made: then something has to be put back when it is stopped. */
  isBusy(): boolean;
}

const ERASE_LINE = '\r\u001b[K';
const WIDTH = 100;

/**
 * Show what becomes of a Python environment while it is made: one line that changes on a terminal, else a line for
 * each step, without what the installer says on the way: that is in its log. Never on standard output.
 */
export function createEnvironmentProgress(
  stream: ProgressStream = process.stderr,
): EnvironmentDisplay {
  const isTerminal = stream.isTTY === true;
  let phase: EnvironmentProgress['phase'] | undefined;
  let hasLine = false;
  return {
    update(progress) {
      if (isTerminal) stream.write(`${ERASE_LINE}${progress.text.slice(0, WIDTH)}`);
      else if (!progress.isDetail) stream.write(`mlflow-serverless: ${progress.text}\n`);
      phase = progress.phase;
      hasLine = isTerminal;
    },
    stop() {
      if (hasLine) stream.write(ERASE_LINE);
      hasLine = false;
      phase = undefined;
    },
    isBusy: () => phase !== undefined,
  };
}
