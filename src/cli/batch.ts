import type { BatchFormat, BatchOptions } from '../batch/batch-options.ts';
import { createBatchEngine } from '../batch/engine.ts';
import { identifyModel } from '../batch/identify-model.ts';
import type { BatchOutcome } from '../batch/job/batch-job.ts';
import { runBatchJob } from '../batch/job/run-batch-job.ts';
import { openBatchInput } from '../batch/store/open-batch-input.ts';
import { openBatchOutput } from '../batch/store/open-batch-output.ts';
import { openEndpoint } from '../endpoint/open-endpoint.ts';
import { ServingError } from '../errors.ts';
import { createLog } from '../log.ts';
import { NO_TELEMETRY } from '../telemetry.ts';
import { createBatchProgress } from './batch-progress.ts';
import { type EndpointOptions, endpointConfiguration } from './endpoint-options.ts';
import { createEnvironmentProgress } from './environment-progress.ts';
import { EXIT } from './failure.ts';
import { orInterrupted } from './or-interrupted.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface BatchCommandOptions extends EndpointOptions {
  readonly input: string;
  readonly output: string;
  readonly inputFormat?: BatchFormat;
  readonly outputFormat?: BatchFormat;
  readonly inputs: boolean;
  readonly maxRefusedRatio: number;
  readonly chunkRows?: number;
  readonly json?: boolean;
}

/** Score one file; the model is looked up once, so one output never mixes two versions. */
export async function batch(options: BatchCommandOptions): Promise<number> {
  const configuration = await endpointConfiguration(options, 'source');
  const { environment, limits } = configuration;
  const signal = untilInterrupted('nothing of the output is visible; start it again');
  const making = createEnvironmentProgress();
  const progress = createBatchProgress();
  const log = createLog({ level: configuration.logLevel ?? 'warn' });

  async function run(): Promise<BatchOutcome> {
    const input = await openBatchInput(options.input, environment, { signal });
    const output = await openBatchOutput(options.output, environment, { signal });
    const opening = { signal, onProgress: making.update };
    const endpoint = await openEndpoint({
      configuration,
      log,
      telemetry: NO_TELEMETRY,
      ...opening,
    });
    try {
      const model = await endpoint.preload();
      making.stop();
      return await runBatchJob({
        ...{ input, output, signal, onProgress: progress.update },
        model: identifyModel(model),
        options: batchOptions(options),
        engine: createBatchEngine({ model, limits }),
      });
    } finally {
      await endpoint.close();
    }
  }

  try {
    const outcome = await orInterrupted(run(), signal, () => true);
    progress.stop();
    if (outcome.kind === 'busy') throw busy(outcome.heldUntilMs);
    process.stdout.write(options.json ? jsonOf(outcome) : textOf(outcome, options));
    return EXIT.ok;
  } finally {
    making.stop();
    progress.stop();
  }
}

const batchOptions = (options: BatchCommandOptions): BatchOptions => ({
  keepsInputs: options.inputs,
  maxRefusedRatio: options.maxRefusedRatio,
  ...(options.inputFormat !== undefined && { inputFormat: options.inputFormat }),
  ...(options.outputFormat !== undefined && { outputFormat: options.outputFormat }),
  ...(options.chunkRows !== undefined && { chunkRows: options.chunkRows }),
});

type Done = Exclude<BatchOutcome, { kind: 'busy' }>;

const jsonOf = ({ manifest }: Done): string => `${JSON.stringify(manifest, null, 2)}\n`;

function textOf({ kind, manifest }: Done, { output }: BatchCommandOptions): string {
  const { rows, model, timings, outputs, job } = manifest;
  const name = [model.name, model.version].filter((part) => part !== '').join(' ');
  const files = outputs.map(({ path }) => path).join(', ');
  const how =
    kind === 'scored'
      ? `in ${(timings.totalMs / 1000).toFixed(1)} s`
      : `before, at ${manifest.finishedAt}: the same file, model and options; nothing was done`;
  return [
    `scored with ${name} ${how}: ${rows.in} rows in, ${rows.out} out, ${rows.refused} refused`,
    `  ${output}: …/${job}/${files}${manifest.errors ? ' and errors.jsonl' : ''}`,
    '',
  ].join('\n');
}

const busy = (heldUntilMs: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `another run scores this file with the same model and options; if it was killed, it can be started again after ${new Date(heldUntilMs).toISOString()}`,
  );
