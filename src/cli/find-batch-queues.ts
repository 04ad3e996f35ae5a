import { isStorageQueue } from '../azure/is-storage-queue.ts';
import { readVariable } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { openDeployedOutputs } from './deployed-outputs.ts';
import { findEndpointFile, readCommandFile } from './endpoint-file.ts';
import { UsageError } from './failure.ts';

/** Of the stack that `cdk deploy` makes. */
const OUTPUTS = { queue: 'BatchQueueUrl', failures: 'BatchFailuresUrl' } as const;

export interface BatchQueueOptions {
  readonly config?: string;
  readonly queueUrl?: string;
  readonly failuresUrl?: string;
}

/** URLs of the queue of files, and of the dead-letter queue behind it. */
export type BatchQueueUrls = Readonly<Record<keyof typeof OUTPUTS, string>>;

/**
 * The queues that are named, or those of the deployed endpoint file.
 *
 * @param isQueueNeeded to look at what failed, the dead-letter queue is enough
 * @throws {UsageError} when nothing names them; as `readCommandFile`
 * @throws {ServingError} as `openDeployedOutputs`; RESOURCE_DOES_NOT_EXIST when the stack has none
 */
export async function findBatchQueues(
  options: BatchQueueOptions,
  isQueueNeeded: boolean,
): Promise<Partial<BatchQueueUrls> & Pick<BatchQueueUrls, 'failures'>> {
  const failures = options.failuresUrl ?? readVariable(process.env, VARIABLES.batchFailuresUrl);
  const queue =
    options.queueUrl ?? readVariable(process.env, VARIABLES.batchQueueUrl) ?? inFrontOf(failures);
  if (failures !== undefined && (queue !== undefined || !isQueueNeeded)) {
    return { failures, ...(queue !== undefined && { queue }) };
  }
  const path = findEndpointFile(options.config);
  if (path === undefined) throw unnamed(failures === undefined);
  const find = await openDeployedOutputs(await readCommandFile(path), path);
  return { queue: queue ?? find(OUTPUTS.queue), failures: failures ?? find(OUTPUTS.failures) };
}

/** The Functions host names the poison queue after its queue. */
const inFrontOf = (failures: string | undefined): string | undefined =>
  failures?.endsWith('-poison') && isStorageQueue(failures, process.env)
    ? failures.slice(0, -'-poison'.length)
    : undefined;

const unnamed = (hasNone: boolean): UsageError =>
  new UsageError(
    hasNone
      ? 'no dead-letter queue is named: use --failures-url, or -c with the endpoint file that was deployed'
      : 'no queue to send messages to is named: use --queue-url, or -c with the endpoint file that was deployed',
  );
