import { app } from '@azure/functions';
import type { BatchRunState } from '../../src/adapters/azure/batch-orchestration.ts';
import { registerBatch } from '../../src/adapters/azure/register-batch.ts';
import { registerBatchRuns } from '../../src/adapters/azure/register-batch-runs.ts';
import { registerBatchRunsDoor } from '../../src/adapters/azure/register-batch-runs-door.ts';
import { startBatchRun } from '../../src/adapters/azure/start-batch-run.ts';
import { parseRunRequest } from '../../src/batch/distribute/parse-run-request.ts';
import type { BatchRunRequest } from '../../src/batch/distribute/run-request.ts';
import { readBatchConfiguration } from '../../src/config/batch-configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { openBatch } from '../../src/endpoint/open-batch.ts';
import { createLog } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';
import { onceUnlessFailed } from '../../src/once.ts';

/** Files that are put into a container come back scored; large ones, and whole prefixes, by many calls. */
export function registerBatchFunctions(variables: Environment): void {
  const log = createLog();
  const open = onceUnlessFailed(() => {
    const configuration = readBatchConfiguration(variables);
    return openBatch({ configuration, log, telemetry: createLogTelemetry(log) });
  });
  const stateOf = (request: BatchRunRequest): BatchRunState => {
    const { maxParallelParts, toleratedFailureRatio } = readBatchConfiguration(variables).batch;
    return { request, maxParallelParts, toleratedFailureRatio };
  };
  registerBatch(app, {
    log,
    open: async () => {
      const { score } = await open();
      return (uri, replay, { signal, context }) =>
        score({ uri }, replay, {
          signal,
          startRun: (name, request) => startBatchRun(context, name, stateOf(request)),
        });
    },
  });
  registerBatchRuns({ open, log });
  registerBatchRunsDoor(app, {
    log,
    stateOf: (body) => stateOf(parseRunRequest(body)),
  });
}
