import { ServingError } from '../../errors.ts';
import { type Frame, frame } from '../../model/frame.ts';
import type { Chunk } from '../chunk.ts';
import type { RefusedRow, ScoredChunk } from '../scored-chunk.ts';
import { joinFrames } from './join-frames.ts';

export interface ScoreChunkOptions {
  /** Predictions of the rows [from, to) of a chunk, one row each; throws as an HTTP caller would be refused. */
  readonly scoreRows: (chunk: Chunk, from: number, to: number) => Promise<Frame>;
  /** A row as it stood, for the errors file. */
  readonly recordOf: (chunk: Chunk, row: number) => unknown;
}

/**
 * Score all rows of a chunk at once; where that is refused, halve it until the rows that are at fault stand alone.
 *
 * A row is refused exactly when the endpoint would refuse it alone, and with the same sentence. What is not the rows' fault is
 * thrown: a model that cannot be asked, an answer that cannot be written.
 *
 * @throws {ServingError} what `scoreRows` threw with a status of 500 and above, or about the content type
 */
export async function scoreChunk(chunk: Chunk, options: ScoreChunkOptions): Promise<ScoredChunk> {
  const { firstRow, rowCount } = chunk;
  const parts: Frame[] = [];
  const refused: RefusedRow[] = [];

  async function score(from: number, to: number): Promise<void> {
    if (from === to) return;
    try {
      parts.push(await options.scoreRows(chunk, from, to));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (to - from === 1) {
        refused.push(refusedRow(chunk, from, error, options));
        return;
      }
      const middle = (from + to) >>> 1;
      await score(from, middle);
      await score(middle, to);
    }
  }
  await score(0, rowCount);
  const predictions = parts.length === 0 ? frame(0, []) : joinFrames(parts);
  return { firstRow, rowCount, predictions, refused };
}

function refusedRow(
  chunk: Chunk,
  at: number,
  { code, message }: ServingError,
  { recordOf }: ScoreChunkOptions,
): RefusedRow {
  const column = columnIn(message);
  return {
    row: chunk.firstRow + at,
    ...(column !== undefined && { column }),
    rule: code,
    message,
    record: recordOf(chunk, at),
  };
}

/** Codes that say something about the rows that were sent. */
const ABOUT_ROWS: ReadonlySet<string> = new Set([
  'BAD_REQUEST',
  'INVALID_PARAMETER_VALUE',
  'REQUEST_TOO_LARGE',
]);

const isRefusal = (error: unknown): error is ServingError =>
  error instanceof ServingError && ABOUT_ROWS.has(error.code);

/** Our messages, and MLflow's, name a column in quotes after the word. */
const columnIn = (message: string): string | undefined =>
  /\b(?:column|input) (?:"([^"]+)"|'([^']+)')/.exec(message)?.slice(1).find(Boolean);
