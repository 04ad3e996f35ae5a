import { existsSync } from 'node:fs';
import { readVariable } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { ServingError } from '../errors.ts';
import type { BatchCommandOptions } from './batch-options.ts';
import { UsageError } from './failure.ts';

const DEFAULT_FILE = 'endpoint.yaml';
/** Of the stack that `cdk deploy` makes. */
const OUTPUT = 'BatchStateMachineArn';

/**
 * The state machine that scores buckets for this command: the one that is named, or that of the deployed endpoint file; `undefined` when
 * this process is to do it.
 *
 * @throws {UsageError} when a model is named as well: a state machine has its endpoint's
 * @throws {ServingError} as `readStackOutputs`; RESOURCE_DOES_NOT_EXIST when the stack has none
 */
export async function findStateMachine(options: BatchCommandOptions): Promise<string | undefined> {
  const { input, output, here, modelUri } = options;
  const areBuckets = [input, output].every((uri) => /^s3:/i.test(uri));
  const named = options.stateMachine ?? readVariable(process.env, VARIABLES.batchStateMachine);
  if (options.stateMachine !== undefined) checkNamed(options, areBuckets);
  if (here || !areBuckets || modelUri !== undefined) return undefined;
  if (named !== undefined) return named;
  const path = options.config ?? (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined);
  return path === undefined ? undefined : findDeployed(path);
}

function checkNamed({ modelUri, here }: BatchCommandOptions, areBuckets: boolean): void {
  const reason =
    (modelUri !== undefined && 'it scores with the model of its endpoint: leave out -m') ||
    (here && 'and --here exclude each other') ||
    (!areBuckets && 'it reads and writes buckets: -i and -o must be s3://…');
  if (reason) throw new UsageError(`--state-machine: ${reason}`);
}

/** An endpoint file without `batch` has no state machine, and nobody is asked about it. */
async function findDeployed(path: string): Promise<string | undefined> {
  const { readEndpointFile } = await import('../config/read-endpoint-file.ts');
  const file = readEndpointFile(path);
  if (!('batch' in file) || file.batch === undefined) return undefined;
  const { readStackOutputs } = await import('../aws/stack-outputs.ts');
  const arn = (await readStackOutputs(file.name, process.env)).get(OUTPUT);
  if (arn !== undefined) return arn;
  throw new ServingError(
    'RESOURCE_DOES_NOT_EXIST',
    `stack ${file.name} has no output ${OUTPUT}: deploy ${path} with its batch section first, or score in this process with --here`,
  );
}
