import type { AnswerItem, RowsAnswer, ScoredPart } from '../batch/answer/rows-item.ts';
import type { EncodedChunk } from '../batch/encoded-chunk.ts';
import { fixedModelUri } from '../batch/fixed-model-uri.ts';
import { startThreadPool, type ThreadPool } from '../batch/threads/thread-pool.ts';
import type { ThreadItem } from '../batch/threads/threaded-engine.ts';
import type { OutputPiece } from '../batch/write/encode-chunk.ts';
import type { ServedConfiguration } from '../config/environment.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import type { BatchThreadData } from './batch-thread.ts';
import { findThreadEntry } from './find-thread-entry.ts';

export interface BatchThreadsOptions {
  readonly configuration: ServedConfiguration;
  readonly version: ModelVersion;
  readonly digest: string;
  readonly size: number;
}

/**
 * Start threads that score chunks, each with the model open.
 *
 * @throws {ServingError} as `openEndpoint` and `Endpoint.preload`; INVALID_STATE when the URI means another model by now
 */
export const startBatchThreads = (
  options: BatchThreadsOptions,
): Promise<ThreadPool<ThreadItem, EncodedChunk<OutputPiece>>> => start(options);

/** Start threads that score parts of one answer. Throws as `startBatchThreads`. */
export const startAnswerThreads = (
  options: BatchThreadsOptions,
): Promise<ThreadPool<AnswerItem, RowsAnswer | ScoredPart>> => start(options);

function start<Item, Result>({
  configuration,
  version,
  digest,
  size,
}: BatchThreadsOptions): Promise<ThreadPool<Item, Result>> {
  // An alias may move between two threads' starts.
  const modelUri = fixedModelUri(version) ?? configuration.modelUri;
  const workerData: BatchThreadData = { configuration: { ...configuration, modelUri }, digest };
  return startThreadPool({ entry: findThreadEntry('batch-thread'), size, workerData });
}
