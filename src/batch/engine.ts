import type { RequestLimits } from '../invocation/limits.ts';
import { scoreInvocation } from '../invocation/score-invocation.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import type { BatchInput } from './batch-input.ts';
import type { BatchFormat } from './batch-options.ts';
import type { Chunk } from './chunk.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import type { BatchEngine } from './job/batch-job.ts';
import type { ResolvedOptions } from './job/resolve-options.ts';
import { keepHeapSmall } from './keep-heap-small.ts';
import { openRows } from './read/open-rows.ts';
import { readBody, type WholeBody } from './read/read-body.ts';
import { recordOf } from './score/record-of.ts';
import { scoreChunk } from './score/score-chunk.ts';
import { createScoreRows } from './score/score-rows.ts';
import { createAssembler } from './write/create-assembler.ts';
import { encodeChunk, type OutputPiece } from './write/encode-chunk.ts';
import { gzipMember } from './write/gzip-member.ts';

export interface EngineOptions {
  readonly model: LoadedModel;
  readonly limits: RequestLimits;
}

/** Reads, scores and writes with a model of this process: rows chunk by chunk, a JSON body as one request. */
export function createBatchEngine({
  model,
  limits,
}: EngineOptions): BatchEngine<Chunk | WholeBody, OutputPiece> {
  keepHeapSmall();
  const scoreRows = createScoreRows(model, limits);
  const schema = model.mlmodel.signature?.inputs;

  async function scoreBody(
    { bytes }: WholeBody,
    { isOutputGzip }: ResolvedOptions,
  ): Promise<EncodedChunk<OutputPiece>> {
    const request = { contentType: 'application/json', body: bytes, model, limits };
    const { text, rows } = await scoreInvocation(request);
    const answer = Buffer.from(text);
    const lines = isOutputGzip ? gzipMember(answer) : answer;
    const piece = { kind: 'text', header: new Uint8Array(0), isGuess: false, lines } as const;
    return { firstRow: 0, rowCount: rows, refused: [], piece };
  }

  return {
    async *read(input: BatchInput, { inputFormat, isInputGzip, chunkRows }: ResolvedOptions) {
      if (inputFormat === 'json') yield await readBody(input, isInputGzip, limits.maxBodyBytes);
      else yield* openRows(input, { inputFormat, isInputGzip, chunkRows });
    },
    async score(item, options) {
      if (item.kind === 'body') return scoreBody(item, options);
      const scored = await scoreChunk(item, { scoreRows, recordOf });
      return encodeChunk(item, scored, { ...outputOf(options), schema });
    },
    assemble: (options) => createAssembler(outputOf(options)),
  };
}

/** A JSON body's answer is text that is written as it is. */
const outputOf = ({ outputFormat, isOutputGzip, keepsInputs }: ResolvedOptions) => ({
  outputFormat: outputFormat === 'json' ? 'jsonl' : (outputFormat satisfies BatchFormat),
  isOutputGzip,
  keepsInputs,
});
