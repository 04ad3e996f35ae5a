import type { FunctionAppRunsOptions } from '../azure/function-app-runs.ts';
import { readVariable } from '../config/environment.ts';
import { VARIABLES } from '../config/variables.ts';
import { isBlobUri } from '../registry/blob-location.ts';
import type { BatchCommandOptions } from './batch-options.ts';
import { UsageError } from './failure.ts';

/**
 * The function app that scores containers for this command; `undefined` when this process is to do it.
 *
 * @throws {UsageError} when something else is named as well
 */
export function findFunctionApp(options: BatchCommandOptions): FunctionAppRunsOptions | undefined {
  const { input, output, here, modelUri, functionApp } = options;
  const areContainers = [input, output].every((uri) => isBlobUri(uri, process.env));
  if (functionApp !== undefined) {
    const reason =
      (modelUri !== undefined && 'it scores with the model of its endpoint: leave out -m') ||
      (here && 'and --here exclude each other') ||
      (!areContainers && 'it reads and writes Blob Storage: -i and -o must be wasbs://…');
    if (reason) throw new UsageError(`--function-app: ${reason}`);
  }
  const url = functionApp ?? readVariable(process.env, VARIABLES.functionApp);
  if (url === undefined || here || !areContainers || modelUri !== undefined) return undefined;
  return { url, key: readVariable(process.env, VARIABLES.functionKey) };
}
