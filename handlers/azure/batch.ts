import { app } from '@azure/functions';
import { registerBatch } from '../../src/adapters/azure/register-batch.ts';
import { readBatchConfiguration } from '../../src/config/batch-configuration.ts';
import type { Environment } from '../../src/config/environment.ts';
import { openBatch } from '../../src/endpoint/open-batch.ts';
import { createLog } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';
import { onceUnlessFailed } from '../../src/once.ts';

/** Files that are put into a container come back scored. */
export function registerBatchFunctions(variables: Environment): void {
  const log = createLog();
  const open = onceUnlessFailed(async () => {
    const configuration = readBatchConfiguration(variables);
    const telemetry = createLogTelemetry(log);
    const { score } = await openBatch({ configuration, log, telemetry });
    return (uri: string, replay: string, work: { readonly signal: AbortSignal }) =>
      score({ uri }, replay, work);
  });
  registerBatch(app, { open, log });
}
