import type { BatchCommandOptions } from './batch-options.ts';
import { findFunctionApp } from './find-function-app.ts';
import { findStateMachine } from './find-state-machine.ts';

/** Score files: what is deployed does it for buckets and containers, this process for everything else. */
export async function batch(options: BatchCommandOptions): Promise<number> {
  const stateMachine = await findStateMachine(options);
  if (stateMachine !== undefined) {
    const [{ batchDeployed }, { createStateMachine }] = await Promise.all([
      import('./batch-deployed.ts'),
      import('../aws/state-machine.ts'),
    ]);
    return batchDeployed(options, createStateMachine(stateMachine, process.env));
  }
  const functionApp = findFunctionApp(options);
  if (functionApp !== undefined) {
    const [{ batchDeployed }, { createFunctionAppRuns }] = await Promise.all([
      import('./batch-deployed.ts'),
      import('../azure/function-app-runs.ts'),
    ]);
    return batchDeployed(options, createFunctionAppRuns(functionApp));
  }
  return (await import('./batch-here.ts')).batchHere(options);
}
