import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { BatchInput } from '../batch/batch-input.ts';
import type { BatchFormat, BatchOptions } from '../batch/batch-options.ts';
import { createBatchEngine } from '../batch/engine.ts';
import { identifyModel } from '../batch/identify-model.ts';
import type { BatchOutcome } from '../batch/job/batch-job.ts';
import { jobFolder } from '../batch/job/output-names.ts';
import { runBatchJob } from '../batch/job/run-batch-job.ts';
import { openBatchInput } from '../batch/store/open-batch-input.ts';
import { openBatchOutput } from '../batch/store/open-batch-output.ts';
import { createThreadedEngine } from '../batch/threads/threaded-engine.ts';
import { startBatchThreads } from '../endpoint/batch-threads.ts';
import { openEndpoint } from '../endpoint/open-endpoint.ts';
import { ServingError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
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
  readonly workers?: number;
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
    let threads: Awaited<ReturnType<typeof startBatchThreads>> | undefined;
    try {
      const model = await endpoint.preload();
      making.stop();
      const identity = identifyModel(model);
      const engine = createBatchEngine({ model, limits });
      const size = threadsFor(options, input, model);
      if (size > 1) {
        const { version } = model;
        threads = await startBatchThreads({
          configuration,
          version,
          digest: identity.digest,
          size,
        });
      }
      return await runBatchJob({
        ...{ input, output, signal, onProgress: progress.update },
        model: identity,
        options: batchOptions(options),
        engine: threads === undefined ? engine : createThreadedEngine(engine, threads),
      });
    } finally {
      await Promise.all([threads?.close(), endpoint.close()]);
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

/** Starting a thread and opening the model there takes longer than scoring a smaller file; bytes. */
const WORTH_THREADS = 8 * 2 ** 20;

/** A Python model has a process of its own, and answers one request at a time. */
function threadsFor(
  { workers }: BatchCommandOptions,
  { sizeBytes }: BatchInput,
  { predictor }: LoadedModel,
): number {
  if (predictor.kind === 'raw') return 1;
  return workers ?? (sizeBytes < WORTH_THREADS ? 1 : availableParallelism());
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

function textOf({ kind, manifest }: Done, { input, output }: BatchCommandOptions): string {
  const { rows, model, timings, outputs, errors, job } = manifest;
  const name = [model.name, model.version].filter((part) => part !== '').join(' ');
  const how =
    kind === 'scored'
      ? `in ${(timings.totalMs / 1000).toFixed(1)} s`
      : `before, at ${manifest.finishedAt}: the same file, model and options; nothing was done`;
  const folder = `${output.replace(/\/+$/, '')}/${jobFolder(keyOf(input), job)}`;
  return [
    `scored with ${name} ${how}: ${rows.in} rows in, ${rows.out} out, ${rows.refused} refused`,
    ...[...outputs, ...errors].map(({ path }) => `  ${folder}/${path}`),
    '',
  ].join('\n');
}

/** As the stores name their inputs. */
const keyOf = (input: string): string =>
  /^s3:\/\/[^/]+\/(.+)$/is.exec(input)?.[1] ?? basename(input);

const busy = (heldUntilMs: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `another run scores this file with the same model and options; if it was killed, it can be started again after ${new Date(heldUntilMs).toISOString()}`,
  );
