import type { BatchCommandOptions } from './batch-options.ts';
import { findStateMachine } from './find-state-machine.ts';

/** Score files: a deployed state machine does it for buckets, this process for everything else. */
export async function batch(options: BatchCommandOptions): Promise<number> {
  const stateMachine = await findStateMachine(options);
  if (stateMachine !== undefined) {
    return (await import('./batch-deployed.ts')).batchDeployed(options, stateMachine);
  }
  return (await import('./batch-here.ts')).batchHere(options);
}
