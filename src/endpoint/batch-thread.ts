import { parentPort, workerData } from 'node:worker_threads';
import type { AnswerItem, RowsAnswer, ScoredPart } from '../batch/answer/rows-item.ts';
import { scoreBlocks } from '../batch/answer/score-blocks.ts';
import { scoreFrame } from '../batch/answer/score-frame.ts';
import type { EncodedChunk } from '../batch/encoded-chunk.ts';
import { createBatchEngine } from '../batch/engine.ts';
import { identifyModel } from '../batch/identify-model.ts';
import { serveThread } from '../batch/threads/serve-thread.ts';
import type { ThreadItem } from '../batch/threads/threaded-engine.ts';
import type { OutputPiece } from '../batch/write/encode-chunk.ts';
import type { ServedConfiguration } from '../config/environment.ts';
import { ServingError } from '../errors.ts';
import { createLog } from '../log.ts';
import { NO_TELEMETRY } from '../telemetry.ts';
import { openEndpoint } from './open-endpoint.ts';

export interface BatchThreadData {
  /** With the URI of the version, not of an alias. */
  readonly configuration: ServedConfiguration;
  /** Of the model that the job is for. */
  readonly digest: string;
}

interface Done {
  readonly result: RowsAnswer | ScoredPart | EncodedChunk<OutputPiece>;
  readonly transfer: ArrayBuffer[];
}

/** Entry of a thread that scores chunks with a model of its own. */
async function open() {
  const { configuration, digest } = workerData as BatchThreadData;
  const { limits } = configuration;
  const log = createLog({ level: configuration.logLevel ?? 'warn' });
  const endpoint = await openEndpoint({ configuration, log, telemetry: NO_TELEMETRY });
  const model = await endpoint.preload();
  if (identifyModel(model).digest !== digest) {
    await endpoint.close();
    throw new ServingError(
      'INVALID_STATE',
      'the model changed while it was opened; start the job again',
    );
  }
  const engine = createBatchEngine({ model, limits });
  return {
    async run(work: ThreadItem | AnswerItem): Promise<Done> {
      if ('blocks' in work) {
        const result = await scoreBlocks(work, model, limits);
        return { result, transfer: rowsOf(result.scored) };
      }
      if ('frame' in work) {
        const result = await scoreFrame(work.frame, model, limits);
        return { result, transfer: rowsOf(result) };
      }
      const result = await engine.score(work.item, work.options);
      const { piece } = result;
      const bytes = piece.kind === 'text' ? piece.lines : piece.bytes;
      return { result, transfer: ownBuffer(bytes) };
    },
    close: () => endpoint.close(),
  };
}

const rowsOf = (scored: RowsAnswer['scored']): ArrayBuffer[] =>
  scored.kind === 'part' ? ownBuffer(scored.part.rows) : [];

/** Small buffers of Node lie in one that others lie in, too. */
const ownBuffer = ({ buffer, length }: Uint8Array): ArrayBuffer[] =>
  buffer instanceof ArrayBuffer && buffer.byteLength === length && length > 0 ? [buffer] : [];

if (parentPort) void serveThread(parentPort, open);
