import type { WorkerEvent } from './worker-event.ts';

/** One line that the model's process printed. */
export type WorkerLine = Extract<WorkerEvent, { type: 'line' }>;

const MAX_LINE_CHARACTERS = 4096;
/** This many at once, and as many each second; what is more is counted. */
const LINES_PER_SECOND = 200;

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Give what came without an end of line. */
  end(): void;
}

/**
 * Cut what a model prints into lines, bounded in length and in number.
 *
 * Always takes everything: a model that prints a gigabyte must not wait for a log that does not want it.
 *
 * @param now ms; monotonic
 */
export function createLineSplitter(
  stream: WorkerLine['stream'],
  onLine: (line: WorkerLine) => void,
  now: () => number = () => performance.now(),
): LineSplitter {
  const decoder = new TextDecoder();
  let rest = '';
  let isCutting = false;
  let budget = LINES_PER_SECOND;
  let filledAtMs = now();
  let dropped = 0;

  function emit(text: string): void {
    const atMs = now();
    budget = Math.min(LINES_PER_SECOND, budget + ((atMs - filledAtMs) / 1000) * LINES_PER_SECOND);
    filledAtMs = atMs;
    if (budget < 1) {
      dropped += 1;
      return;
    }
    budget -= 1;
    tellDropped();
    onLine({ type: 'line', stream, text });
  }

  function tellDropped(): void {
    if (dropped === 0) return;
    onLine({
      type: 'line',
      stream,
      text: `(${dropped} lines left out: at most ${LINES_PER_SECOND} a second)`,
    });
    dropped = 0;
  }

  /** A line without an end is cut where the bound is, and the rest of it is not kept. */
  function take(piece: string, isComplete: boolean): void {
    if (!isCutting) {
      rest += piece;
      if (rest.length > MAX_LINE_CHARACTERS) {
        emit(`${rest.slice(0, MAX_LINE_CHARACTERS)}…`);
        isCutting = true;
        rest = '';
      }
    }
    if (!isComplete) return;
    if (!isCutting && rest !== '') emit(rest.replace(/\r$/, ''));
    rest = '';
    isCutting = false;
  }

  return {
    push(chunk) {
      const pieces = decoder.decode(chunk, { stream: true }).split('\n');
      for (const [i, piece] of pieces.entries()) take(piece, i < pieces.length - 1);
    },
    end() {
      take('', true);
      tellDropped();
    },
  };
}
