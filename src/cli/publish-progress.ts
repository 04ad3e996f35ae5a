import { Presets, SingleBar } from 'cli-progress';
import type { PublishProgress } from '../publish/publish-options.ts';
import { sizeText } from './size-text.ts';

/** A copy that is done sooner needs no bar; ms. */
const BAR_AFTER_MS = 500;
/** Between two lines about one copy, where there is no terminal; ms. */
const LINE_EVERY_MS = 10_000;

export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
}

export interface ProgressDisplay {
  update(progress: PublishProgress): void;
  /** Idempotent; the next line begins at the left. */
  stop(): void;
}

const WORDS = {
  download: 'downloading',
  verify: 'opening the model',
  upload: 'uploading',
} as const;

/** Show how far a publish is: a bar on a terminal, else a plain line now and then. Never on standard output. */
export const createPublishProgress = (
  stream: ProgressStream = process.stderr,
  nowMs: () => number = performance.now.bind(performance),
): ProgressDisplay => (stream.isTTY === true ? bars(stream, nowMs) : lines(stream, nowMs));

function lines(stream: ProgressStream, nowMs: () => number): ProgressDisplay {
  let phase: PublishProgress['phase'] | undefined;
  let saidAtMs = 0;
  return {
    update(progress) {
      const isNew = progress.phase !== phase;
      if (!isNew && nowMs() - saidAtMs < LINE_EVERY_MS) return;
      phase = progress.phase;
      saidAtMs = nowMs();
      stream.write(`${WORDS[phase]}${isNew ? totalText(progress) : `: ${amountText(progress)}`}\n`);
    },
    stop() {},
  };
}

const totalText = ({ totalBytes }: PublishProgress): string =>
  totalBytes === undefined ? '' : ` ${sizeText(totalBytes)}`;

const amountText = ({ bytes, totalBytes }: PublishProgress): string =>
  totalBytes === undefined ? sizeText(bytes) : `${sizeText(bytes)} of ${sizeText(totalBytes)}`;

function bars(stream: ProgressStream, nowMs: () => number): ProgressDisplay {
  let phase: PublishProgress['phase'] | undefined;
  let sinceMs = 0;
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stop,
    update(progress) {
      if (progress.phase !== phase) {
        stop();
        phase = progress.phase;
        sinceMs = nowMs();
      }
      if (progress.totalBytes === undefined || nowMs() - sinceMs < BAR_AFTER_MS) return;
      bar ??= startBar(stream, progress.totalBytes, progress);
      bar.update(progress.bytes, { amount: amountText(progress) });
    },
  };
}

function startBar(stream: ProgressStream, total: number, progress: PublishProgress): SingleBar {
  const word = WORDS[progress.phase].padEnd(12);
  const format = `${word}{bar} {percentage} % | {amount} | {eta_formatted} left`;
  const bar = new SingleBar({ format, stream, clearOnComplete: true }, Presets.shades_classic);
  bar.start(total, progress.bytes, { amount: amountText(progress) });
  return bar;
}
