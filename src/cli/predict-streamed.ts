import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { answerCsv } from '../batch/answer/answer-csv.ts';
import { answerParquet } from '../batch/answer/answer-parquet.ts';
import type { FrameItem, RowsAnswer, RowsItem, ScoredPart } from '../batch/answer/rows-item.ts';
import type { BatchInput } from '../batch/batch-input.ts';
import { identifyModel } from '../batch/identify-model.ts';
import { openLocalInput } from '../batch/store/local-input.ts';
import type { ServedConfiguration } from '../config/environment.ts';
import { startAnswerThreads } from '../endpoint/batch-threads.ts';
import { ServingError } from '../errors.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import { openPendingAnswer, type PendingAnswer } from './pending-answer.ts';

/** Of smaller files all is read and scored before threads have started; bytes. Parquet is compressed. */
export const STREAMED_FROM_BYTES = 16 * 2 ** 20;
const STREAMED_FROM: Readonly<Record<string, number>> = {
  csv: STREAMED_FROM_BYTES,
  parquet: STREAMED_FROM_BYTES / 4,
};
/** Longer files Node does not read at once; bytes. */
const MAX_WHOLE_BYTES = 2 ** 31 - 1;

export interface StreamedOptions {
  readonly configuration: ServedConfiguration;
  readonly model: LoadedModel;
  readonly inputPath: string;
  readonly contentType: 'csv' | 'parquet';
  readonly outputPath: string | undefined;
  readonly signal: AbortSignal;
}

/** Whether a file is one that `predictStreamed` is for; what comes from standard input lies in a file by then. */
export async function isWorthStreaming(path: string, contentType: string): Promise<boolean> {
  const fromBytes = STREAMED_FROM[contentType];
  if (fromBytes === undefined) return false;
  const found = await stat(path).catch(() => undefined); // who reads it says what is wrong
  return found?.isFile() === true && found.size >= fromBytes;
}

/**
 * Score a CSV or Parquet file in threads, a piece at a time, and write what `predict` writes when it scores it as one request.
 *
 * Whatever fails, fails the request as a whole, and it is for the caller to find out with which words: false is returned then.
 *
 * @returns false when the file must be scored as a whole; nothing was written then
 * @throws {ServingError} INVALID_PARAMETER_VALUE when the output cannot be written, REQUEST_TOO_LARGE for a file that would have
 *   to be scored as a whole and is too long for that; the signal's reason
 */
export async function predictStreamed(options: StreamedOptions): Promise<boolean> {
  const { model, inputPath, outputPath, signal } = options;
  const input = await openLocalInput(resolve(inputPath));
  const { predictor } = model;
  if (predictor.kind === 'raw' || predictor.isRowLocal?.() !== true) {
    if (input.sizeBytes > MAX_WHOLE_BYTES) throw tooLong(inputPath);
    return false;
  }
  const pending = await openPendingAnswer(outputPath);
  try {
    const isAnswered = await answerInThreads(stoppable(input, signal), pending, options);
    signal.throwIfAborted();
    if (isAnswered) await pending.complete();
    else if (input.sizeBytes > MAX_WHOLE_BYTES) throw tooLong(inputPath);
    return isAnswered;
  } finally {
    await pending.abort();
  }
}

async function answerInThreads(
  input: BatchInput,
  pending: PendingAnswer,
  { configuration, model, signal, contentType }: StreamedOptions,
): Promise<boolean> {
  let failure: unknown;
  const failing = async (work: Promise<void>): Promise<void> => {
    await work.catch((error: unknown) => {
      failure = error;
      throw error;
    });
  };
  const { version } = model;
  const { digest } = identifyModel(model);
  const size = availableParallelism();
  const threads = await startAnswerThreads({ configuration, version, digest, size });
  try {
    const { signature } = model.mlmodel;
    const { parallel } = threads;
    const output = {
      write: (bytes: Uint8Array) => failing(pending.write(bytes)),
      restart: () => failing(pending.restart()),
    };
    if (contentType === 'parquet') {
      const score = (item: FrameItem) => threads.run(item, []) as Promise<ScoredPart>;
      return await answerParquet({ input, signature, score, parallel, output });
    }
    const score = (item: RowsItem) => {
      const buffers = item.blocks.map(({ bytes }) => bytes.buffer as ArrayBuffer);
      return threads.run(item, buffers) as Promise<RowsAnswer>;
    };
    return await answerCsv({ input, signature, score, parallel, output });
  } catch (error) {
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (input.sizeBytes > MAX_WHOLE_BYTES) throw error;
    return false;
  } finally {
    await threads.close();
  }
}

/** The file, until ctrl-C. */
const stoppable = (input: BatchInput, signal: AbortSignal): BatchInput => ({
  ...input,
  async *stream(range) {
    for await (const bytes of input.stream(range)) {
      signal.throwIfAborted();
      yield bytes;
    }
  },
  read(range) {
    signal.throwIfAborted();
    return input.read(range);
  },
});

const tooLong = (path: string): ServingError =>
  new ServingError(
    'REQUEST_TOO_LARGE',
    `the answer to ${path} depends on all of its rows together, and more than 2 GiB cannot be scored at once; score it in parts, or with mlflow-serverless batch`,
  );
