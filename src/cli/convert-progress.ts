import type { ConvertModelProgress } from '../endpoint/convert-model.ts';

const WORDS: Readonly<Record<ConvertModelProgress['phase'], string>> = {
  download: 'download',
  environment: 'environment',
  convert: 'convert',
  open: 'open',
  prove: 'prove',
  write: 'write',
};

/** Say what a conversion is about, with the seconds since its start; on standard error. */
export function createConvertProgress(
  stream: NodeJS.WritableStream = process.stderr,
  nowMs: () => number = performance.now.bind(performance),
): { update(progress: ConvertModelProgress): void } {
  const startedAtMs = nowMs();
  const say = (text: string): void => {
    const seconds = ((nowMs() - startedAtMs) / 1000).toFixed(1).padStart(6);
    stream.write(`${seconds} s  ${text}\n`);
  };
  return { update: ({ phase, text }) => say(`${WORDS[phase].padEnd(11)} ${text.slice(0, 200)}`) };
}
