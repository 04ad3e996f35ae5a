import type { Signature } from '../../model/signature.ts';
import type { BatchInput } from '../batch-input.ts';
import { mapInOrder } from '../map-in-order.ts';
import { parquetChunks } from '../read/parquet/parquet-chunks.ts';
import { readMetadata, refuseNested } from '../read/parquet/parquet-metadata.ts';
import { type AnswerOutput, createAnswerWriter } from './answer-writer.ts';
import { groupFrames } from './group-frames.ts';
import type { FrameItem, ScoredPart } from './rows-item.ts';
import { isTakenByRow } from './taken-by-row.ts';

export interface AnswerParquetOptions {
  readonly input: BatchInput;
  readonly signature: Signature | undefined;
  readonly score: (item: FrameItem) => Promise<ScoredPart>;
  /** Items that are scored, or wait for it, at once. */
  readonly parallel: number;
  readonly output: Pick<AnswerOutput, 'write'>;
}

const CHUNK_ROWS = 2 ** 15;

/**
 * Answer a Parquet file as one request, without ever holding all of it.
 *
 * @returns false when the answer may depend on all rows together, or the request is refused; what was written is of no use then
 * @throws {ServingError} as `parquetChunks`; what scoring, reading and writing throw
 */
export async function answerParquet(options: AnswerParquetOptions): Promise<boolean> {
  const { input, signature, score, parallel, output } = options;
  const { metadata } = await readMetadata(input);
  refuseNested(metadata);
  if (!isTakenByRow(metadata, signature)) return false;
  const answer = createAnswerWriter(output);
  const frames = groupFrames(parquetChunks(input, CHUNK_ROWS));
  for await (const scored of mapInOrder(frames, parallel, (frame) => score({ frame }))) {
    if (scored.kind !== 'part' || !(await answer.add(scored.part))) return false;
  }
  return answer.end();
}
