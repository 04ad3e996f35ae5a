import type { BatchInput } from '../../src/batch/batch-input.ts';
import type { BatchOptions } from '../../src/batch/batch-options.ts';
import type { BatchOutput } from '../../src/batch/batch-output.ts';
import { createBatchEngine } from '../../src/batch/engine.ts';
import { identifyModel } from '../../src/batch/identify-model.ts';
import { readServedConfiguration } from '../../src/config/environment.ts';
import { openEndpoint } from '../../src/endpoint/open-endpoint.ts';
import { createLog } from '../../src/log.ts';
import { NO_TELEMETRY } from '../../src/telemetry.ts';

/** Makes jobs of the wine model, with readers, model and writers as they are. */
export async function openWineJobs() {
  const configuration = readServedConfiguration({
    MLFLOW_REGISTRY_URI: 'examples/registry',
    MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
  });
  const log = createLog({ level: 'silent' });
  const endpoint = await openEndpoint({ configuration, log, telemetry: NO_TELEMETRY });
  const model = await endpoint.preload();
  const inputs = model.mlmodel.signature?.inputs;
  const engine = createBatchEngine({ model, limits: configuration.limits });
  return {
    columns: inputs?.kind === 'columns' ? inputs.inputs.map(({ name }) => name ?? '') : [],
    jobOf: (input: BatchInput, output: BatchOutput, options: BatchOptions) => ({
      ...{ input, output, engine, model: identifyModel(model) },
      options: { chunkRows: 200, maxRefusedRatio: 0.25, ...options },
    }),
    close: () => endpoint.close(),
  };
}
