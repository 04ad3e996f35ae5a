import type { ConvertModelProgress } from '../endpoint/convert-model.ts';
import type { ProgressStream } from './publish-progress.ts';

const WORDS: Readonly<Record<ConvertModelProgress['phase'], string>> = {
  download: 'download',
  environment: 'environment',
  convert: 'convert',
  open: 'open',
  prove: 'prove',
  write: 'write',
};

export interface ConvertDisplay {
  update(progress: ConvertModelProgress): void;
  /** Idempotent; the next line begins at the left. */
  stop(): void;
}

const ERASE_LINE = '\r\u001b[K';
const WIDTH = 100;

/**
 * Say what a conversion is about, with the seconds since its start; on standard error. What an installer says is one
 * line that changes on a terminal, and nothing elsewhere: it is in its log.
 */
export function createConvertProgress(
  stream: ProgressStream = process.stderr,
  nowMs: () => number = performance.now.bind(performance),
): ConvertDisplay {
  const startedAtMs = nowMs();
  const isTerminal = stream.isTTY === true;
  let hasDetail = false;
  const stop = (): void => {
    if (hasDetail) stream.write(ERASE_LINE);
    hasDetail = false;
  };
  return {
    stop,
    update({ phase, text, isDetail = false }) {
      if (isDetail && !isTerminal) return;
      stop();
      const seconds = ((nowMs() - startedAtMs) / 1000).toFixed(1).padStart(6);
      const line = `${seconds} s  ${WORDS[phase].padEnd(11)} ${text.slice(0, 200)}`;
      stream.write(isDetail ? line.slice(0, WIDTH) : `${line}\n`);
      hasDetail = isDetail;
    },
  };
}
