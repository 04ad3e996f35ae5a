import { existsSync } from 'node:fs';
import { readVariable } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { ServingError } from '../errors.ts';
import { UsageError } from './failure.ts';

const DEFAULT_FILE = 'endpoint.yaml';
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
 * @throws {UsageError} when nothing names them
 * @throws {ServingError} as `readStackOutputs`; RESOURCE_DOES_NOT_EXIST when the stack has none
 */
export async function findBatchQueues(
  options: BatchQueueOptions,
  isQueueNeeded: boolean,
): Promise<Partial<BatchQueueUrls> & Pick<BatchQueueUrls, 'failures'>> {
  const failures = options.failuresUrl ?? readVariable(process.env, VARIABLES.batchFailuresUrl);
  const queue = options.queueUrl ?? readVariable(process.env, VARIABLES.batchQueueUrl);
  if (failures !== undefined && (queue !== undefined || !isQueueNeeded)) {
    return { failures, ...(queue !== undefined && { queue }) };
  }
  const path = options.config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  if (path === undefined) throw unnamed(failures === undefined);
  const deployed = await readDeployed(path);
  return { queue: queue ?? deployed.queue, failures: failures ?? deployed.failures };
}

async function readDeployed(path: string): Promise<BatchQueueUrls> {
  const { readEndpointFile } = await import('../config/read-endpoint-file.ts');
  const { readStackOutputs } = await import('../aws/stack-outputs.ts');
  const { name } = readEndpointFile(path);
  const outputs = await readStackOutputs(name, process.env);
  const find = (output: string): string => {
    const url = outputs.get(output);
    if (url !== undefined) return url;
    throw new ServingError(
      'RESOURCE_DOES_NOT_EXIST',
      `stack ${name} has no output ${output}: deploy ${path} with its batch section first`,
    );
  };
  return { queue: find(OUTPUTS.queue), failures: find(OUTPUTS.failures) };
}

const unnamed = (hasNone: boolean): UsageError =>
  new UsageError(
    hasNone
      ? 'no dead-letter queue is named: use --failures-url, or -c with the endpoint file that was deployed'
      : 'no queue to send messages to is named: use --queue-url, or -c with the endpoint file that was deployed',
  );
