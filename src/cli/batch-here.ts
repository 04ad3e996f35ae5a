import { realpathSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { findLocalPath } from '../artifacts/local-path.ts';
import { findInputs } from '../batch/distribute/find-inputs.ts';
import type { PlannedInput } from '../batch/distribute/planned-run.ts';
import type { RunStores } from '../batch/distribute/run-stores.ts';
import { createBatchEngine } from '../batch/engine.ts';
import { identifyModel } from '../batch/identify-model.ts';
import type { BatchJob } from '../batch/job/batch-job.ts';
import { checkPlaces } from '../batch/job/check-places.ts';
import { runBatchJob } from '../batch/job/run-batch-job.ts';
import { namePlace } from '../batch/store/name-place.ts';
import { openBatchInput } from '../batch/store/open-batch-input.ts';
import { openBatchOutput } from '../batch/store/open-batch-output.ts';
import { createThreadedEngine } from '../batch/threads/threaded-engine.ts';
import type { Environment } from '../config/environment.ts';
import { startBatchThreads } from '../endpoint/batch-threads.ts';
import { openEndpoint } from '../endpoint/open-endpoint.ts';
import { ServingError } from '../errors.ts';
import { createLog } from '../log.ts';
import type { LoadedModel } from '../serving/loaded-model.ts';
import { NO_TELEMETRY } from '../telemetry.ts';
import { type BatchCommandOptions, jobOptions } from './batch-options.ts';
import { createBatchProgress } from './batch-progress.ts';
import { type BatchDone, describeJob } from './batch-text.ts';
import { endpointConfiguration } from './endpoint-options.ts';
import { createEnvironmentProgress } from './environment-progress.ts';
import { EXIT, failureLine } from './failure.ts';
import { fileProblem } from './file-problem.ts';
import { orInterrupted } from './or-interrupted.ts';
import { untilInterrupted } from './until-interrupted.ts';

/**
 * Score a file, or every file of a folder, in this process and its threads. The model is looked up once, so outputs never mix
 * two versions.
 *
 * A file of a folder that fails does not keep the others from being scored; the command fails then, too.
 */
export async function batchHere(asked: BatchCommandOptions): Promise<number> {
  const configuration = await endpointConfiguration(asked, 'source');
  const { environment, limits } = configuration;
  const options = {
    ...asked,
    input: namePlace(asked.input, environment),
    output: namePlace(asked.output, environment),
  };
  const signal = untilInterrupted('nothing of the output is visible; start it again');
  const making = createEnvironmentProgress();
  const progress = createBatchProgress();
  const log = createLog({ level: configuration.logLevel ?? 'warn' });
  const failures: unknown[] = [];

  async function run(): Promise<BatchDone[]> {
    const stores = await openStores(options, environment, signal);
    const inputs = await findFiles(options, stores);
    const output = await stores.openOutput(options.output);
    if (isFolder(options.input)) checkPlaces(folderUri(options.input), output.uri);
    const opening = { signal, onProgress: making.update };
    const endpoint = await openEndpoint({
      ...{ configuration, log },
      telemetry: NO_TELEMETRY,
      ...opening,
    });
    let threads: Awaited<ReturnType<typeof startBatchThreads>> | undefined;
    try {
      const model = await endpoint.preload();
      making.stop();
      const identity = identifyModel(model);
      const engine = createBatchEngine({ model, limits });
      const size = threadsFor(options, inputs, model);
      if (size > 1) {
        const { version } = model;
        const { digest } = identity;
        threads = await startBatchThreads({ configuration, version, digest, size });
      }
      return await runJobs(inputs, stores, {
        ...{ output, signal, onProgress: progress.update },
        model: identity,
        options: jobOptions(options),
        engine: threads === undefined ? engine : createThreadedEngine(engine, threads),
      });
    } finally {
      await Promise.all([threads?.close(), endpoint.close()]);
    }
  }

  async function runJobs<Item, Piece>(
    inputs: readonly PlannedInput[],
    stores: RunStores,
    job: Omit<BatchJob<Item, Piece>, 'input'>,
  ): Promise<BatchDone[]> {
    const done: BatchDone[] = [];
    for (const each of inputs) {
      try {
        const input = await stores.openInput(each);
        const outcome = await runBatchJob({ ...job, input });
        progress.stop();
        if (outcome.kind === 'busy') throw busy(outcome.heldUntilMs);
        done.push(outcome);
        if (!options.json) process.stdout.write(describeJob(outcome, input.key, options.output));
      } catch (error) {
        signal.throwIfAborted();
        if (inputs.length === 1) throw error;
        progress.stop();
        process.stderr.write(`mlflow-serverless: ${each.uri}: ${failureLine(error)}\n`);
        failures.push(error);
      }
    }
    return done;
  }

  try {
    const done = await orInterrupted(run(), signal, () => true);
    if (options.json) process.stdout.write(jsonOf(done, isFolder(options.input)));
    return failures.length > 0 ? EXIT.failure : EXIT.ok;
  } finally {
    making.stop();
    progress.stop();
  }
}

/** A slash at the end says it of a prefix; a folder of this machine is one anyway. */
function isFolder(input: string): boolean {
  if (input.endsWith('/')) return true;
  const path = findLocalPath(input);
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** As stores name it: absolute, without links, with a slash at its end. */
function folderUri(input: string): string {
  const path = findLocalPath(input);
  try {
    return `${path === undefined ? input : realpathSync(path)}/`.replace(/\/+$/, '/');
  } catch (error) {
    throw fileProblem('read', input, error);
  }
}

function findFiles(options: BatchCommandOptions, stores: RunStores): Promise<PlannedInput[]> {
  const { input, output } = options;
  const uri = isFolder(input) ? folderUri(input) : input;
  return findInputs({ input: uri, output, options: jobOptions(options) }, stores);
}

/** The input may be a file of this machine, and the output a bucket. */
async function openStores(
  { input }: BatchCommandOptions,
  environment: Environment,
  signal: AbortSignal,
): Promise<RunStores> {
  const stores =
    findLocalPath(input) === undefined
      ? (await import('../batch/store/object-run-stores.ts')).createObjectRunStores(environment, {
          signal,
        })
      : (await import('../batch/store/local-run-stores.ts')).LOCAL_RUN_STORES;
  return {
    ...stores,
    openInput: (name) =>
      name.key === undefined
        ? openBatchInput(name.uri, environment, { signal })
        : stores.openInput(name),
    openOutput: (uri) => openBatchOutput(uri, environment, { signal }),
  };
}

/** Starting a thread and opening the model there takes longer than scoring smaller files; bytes. */
const WORTH_THREADS = 8 * 2 ** 20;

/** A Python model has a process of its own, and answers one request at a time. */
function threadsFor(
  { workers }: BatchCommandOptions,
  inputs: readonly PlannedInput[],
  { predictor }: LoadedModel,
): number {
  if (predictor.kind === 'raw') return 1;
  const bytes = inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return workers ?? (bytes < WORTH_THREADS ? 1 : availableParallelism());
}

function jsonOf(done: readonly BatchDone[], isList: boolean): string {
  const manifests = done.map(({ manifest }) => manifest);
  return `${JSON.stringify(isList ? manifests : manifests[0], null, 2)}\n`;
}

const busy = (heldUntilMs: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `another run scores this file with the same model and options; if it was killed, it can be started again after ${new Date(heldUntilMs).toISOString()}`,
  );
