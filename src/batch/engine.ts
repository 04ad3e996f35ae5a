import type { RequestLimits } from '../invocation/limits.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import type { Chunk } from './chunk.ts';
import type { BatchEngine } from './job/batch-job.ts';
import type { ResolvedOptions } from './job/resolve-options.ts';
import { openRows } from './read/open-rows.ts';
import { recordOf } from './score/record-of.ts';
import { scoreChunk } from './score/score-chunk.ts';
import { createScoreRows } from './score/score-rows.ts';
import { createAssembler } from './write/create-assembler.ts';
import { type EncodeChunkOptions, encodeChunk, type OutputPiece } from './write/encode-chunk.ts';

export interface EngineOptions {
  readonly model: LoadedModel;
  readonly limits: RequestLimits;
}

/** Reads, scores and writes with a model of this process. */
export function createBatchEngine({
  model,
  limits,
}: EngineOptions): BatchEngine<Chunk, OutputPiece> {
  const scoreRows = createScoreRows(model, limits);
  const schema = model.mlmodel.signature?.inputs;
  return {
    read: (input, options) => openRows(input, options),
    async score(chunk, options) {
      const scored = await scoreChunk(chunk, { scoreRows, recordOf });
      return encodeChunk(chunk, scored, { ...outputOf(options), schema });
    },
    assemble: (options) => createAssembler(outputOf(options)),
  };
}

/** A job of JSON bodies does not come here: `openRows` refuses them. */
const outputOf = ({ outputFormat, isOutputGzip, keepsInputs }: ResolvedOptions) => ({
  outputFormat: outputFormat as EncodeChunkOptions['outputFormat'],
  isOutputGzip,
  keepsInputs,
});
