import { readVariable } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import type { BatchCommandOptions } from './batch-options.ts';
import { openDeployedOutputs } from './deployed-outputs.ts';
import { readCommandFile } from './endpoint-file.ts';
import { findModelFile } from './endpoint-options.ts';
import { UsageError } from './failure.ts';

/** Of the stack that `cdk deploy` makes. */
const OUTPUT = 'BatchStateMachineArn';

/**
 * The state machine that scores buckets for this command: the one that is named, or that of the deployed endpoint file; `undefined` when
 * this process is to do it.
 *
 * @throws {UsageError} when a model is named as well: a state machine has its endpoint's; as `readCommandFile`
 * @throws {ServingError} as `openDeployedOutputs`; RESOURCE_DOES_NOT_EXIST when the stack has none
 */
export async function findStateMachine(options: BatchCommandOptions): Promise<string | undefined> {
  const { input, output, here, modelUri } = options;
  const areBuckets = [input, output].every((uri) => /^s3:/i.test(uri));
  const named = options.stateMachine ?? readVariable(process.env, VARIABLES.batchStateMachine);
  if (options.stateMachine !== undefined) checkNamed(options, areBuckets);
  if (here || !areBuckets || modelUri !== undefined) return undefined;
  if (named !== undefined) return named;
  const path = findModelFile(options, process.env);
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
  const file = await readCommandFile(path);
  if (file.batch === undefined) return undefined;
  return (await openDeployedOutputs(file, path))(OUTPUT);
}
