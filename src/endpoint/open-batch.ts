import type { BatchOptions } from '../batch/batch-options.ts';
import { announceRun } from '../batch/distribute/announce-run.ts';
import { finishRun } from '../batch/distribute/finish-run.ts';
import { isHidden } from '../batch/distribute/is-hidden.ts';
import { planRun } from '../batch/distribute/plan-run.ts';
import type { ItemRecord, PlannedItem, PlannedRun } from '../batch/distribute/planned-run.ts';
import { readPlan } from '../batch/distribute/read-plan.ts';
import { runItem } from '../batch/distribute/run-item.ts';
import type { RunManifest } from '../batch/distribute/run-manifest.ts';
import type { BatchRunRequest } from '../batch/distribute/run-request.ts';
import { createBatchEngine } from '../batch/engine.ts';
import { checkBelow } from '../batch/job/check-below.ts';
import { checkPlaces } from '../batch/job/check-places.ts';
import { identifyJob } from '../batch/job/job-identity.ts';
import { resolveOptions } from '../batch/job/resolve-options.ts';
import { runBatchJob } from '../batch/job/run-batch-job.ts';
import { namePlace } from '../batch/store/name-place.ts';
import { createObjectRunStores } from '../batch/store/object-run-stores.ts';
import type { BatchConfiguration } from '../config/batch-configuration.ts';
import { ServingError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Telemetry } from '../telemetry.ts';
import { leaseBatchModel } from './lease-batch-model.ts';
import { openEndpoint } from './open-endpoint.ts';

export interface Work {
  readonly signal: AbortSignal;
}

/** Starts a run over many calls, unless one of this name is under way or was successful. */
export type StartRun = (name: string, request: BatchRunRequest, work: Work) => Promise<void>;

export interface BatchServiceOptions {
  readonly configuration: BatchConfiguration;
  readonly log: Log;
  readonly telemetry: Telemetry;
  /** @default files are scored in one piece, whatever their size */
  readonly startRun?: StartRun;
}

export interface ObjectToScore {
  /** `s3://<bucket>/<key>`, or a place in Azure Blob Storage. */
  readonly uri: string;
  /** Of a bucket that keeps versions: the one to read, also when a newer one comes. @default the newest one now */
  readonly versionId?: string;
}

/** What a function does about files: its model is the endpoint's. */
export interface BatchService {
  /** Open the model now. @throws {ServingError} whatever the cache threw */
  preload(): Promise<unknown>;
  /**
   * Score one object, or hand it over when it is large; a hidden one is left alone. Resolves when its manifest is there, or the run
   * is started.
   *
   * @param replay what starts this again, for the dead-letter queue
   * @param work where starting a run takes what belongs to this call, it comes along
   * @throws {ServingError} as `runBatchJob`; TEMPORARILY_UNAVAILABLE while another call is at it
   */
  score(
    object: ObjectToScore,
    replay: string,
    work: Work & { readonly startRun?: StartRun },
  ): Promise<void>;
  /**
   * Plan a run, as far as time allows, and write down which one an execution is about.
   *
   * @param execution its name
   * @param work asked whether to stop for now
   * @throws {ServingError} as `planRun`; INVALID_PARAMETER_VALUE when input or output lies elsewhere than the function's own
   */
  plan(
    request: BatchRunRequest,
    execution: string,
    work: Work & { readonly isLate?: () => boolean },
  ): Promise<PlannedRun>;
  /** A slice of a run's items, in their order. Throws as `readPlan`. */
  items(run: PlannedRun, from: number, count: number, work: Work): Promise<PlannedItem[]>;
  /** Throws as `runItem`. */
  item(run: PlannedRun, item: PlannedItem, work: Work): Promise<ItemRecord>;
  /** What is in the run's manifest in short: a state takes 256 KiB. Throws as `finishRun`. */
  finish(run: PlannedRun, work: Work): Promise<RunSummary>;
}

export interface RunSummary {
  readonly run: string;
  readonly rows: RunManifest['rows'];
  readonly files: number;
  readonly failed: number;
}

/** A file gets the model that its alias means when it is begun, not half a minute before; ms. */
const FLOOR_MS = 500;

/** @throws {ServingError} as `openEndpoint`; INVALID_PARAMETER_VALUE when inputs and outputs lie in one another */
export async function openBatch(options: BatchServiceOptions): Promise<BatchService> {
  const { log, telemetry } = options;
  const pushFloorMs = options.configuration.pushFloorMs ?? FLOOR_MS;
  const configuration = { ...options.configuration, pushFloorMs };
  const { environment, limits, modelUri } = configuration;
  const named = (uri: string): string => namePlace(uri, environment);
  const { inputUri } = configuration.batch;
  const batch = {
    ...configuration.batch,
    inputUri: inputUri === undefined ? undefined : named(inputUri),
    outputUri: named(configuration.batch.outputUri),
  };
  if (batch.inputUri !== undefined) checkPlaces(batch.inputUri, batch.outputUri);
  const { cache, preload } = await openEndpoint({ configuration, log, telemetry });
  const fixed: BatchOptions = {
    maxRefusedRatio: batch.maxRefusedRatio,
    ...(batch.outputFormat && { outputFormat: batch.outputFormat }),
  };

  async function score(
    { uri: given, versionId }: ObjectToScore,
    replay: string,
    work: Work & { readonly startRun?: StartRun },
  ): Promise<void> {
    const uri = named(given);
    const { startRun = options.startRun } = work;
    checkBelow(uri, batch.inputUri, 'scored');
    if (isHidden(uri.slice(batch.inputUri?.length ?? uri.lastIndexOf('/')))) {
      log.info('a file was left out: its name says that it is no data', { uri });
      return;
    }
    const stores = createObjectRunStores(environment, work);
    const input = await stores.openInput({ uri, ...(versionId && { versionId }) });
    const lease = await leaseBatchModel(cache, modelUri).catch(cannotOpen);
    try {
      const { identity: model } = lease;
      if (startRun !== undefined && input.sizeBytes > batch.distributeAboveBytes) {
        const job = identifyJob(input, model, resolveOptions(input.key, fixed));
        const common = { input: uri, output: batch.outputUri, options: fixed, model, replay };
        await startRun(job, { ...common, ...(versionId && { versionId }) }, work);
        log.info('a file was handed over to a run of many calls', { uri, job });
        return;
      }
      const output = await stores.openOutput(batch.outputUri);
      const engine = createBatchEngine({ model: lease.model, limits });
      const job = { input, output, model, options: fixed, engine, signal: work.signal };
      const outcome = await runBatchJob(job);
      if (outcome.kind === 'busy') throw busy(uri, outcome.heldUntilMs);
      const { rows, job: id } = outcome.manifest;
      log.info(`a file was scored`, { uri, job: id, outcome: outcome.kind, rows });
    } finally {
      lease.release();
    }
  }

  return {
    preload,
    score,
    async plan(given, execution, work) {
      const request = { ...given, input: named(given.input), output: named(given.output) };
      checkBelow(request.input, batch.inputUri, 'scored');
      checkBelow(request.output, batch.outputUri, 'written');
      const lease = await leaseBatchModel(cache, modelUri, request.model);
      try {
        const split = { splitAboveBytes: batch.distributeAboveBytes, rangeBytes: batch.rangeBytes };
        const stores = createObjectRunStores(environment, work);
        const asked = { ...request, options: { ...fixed, ...request.options } };
        const run = await planRun(asked, { ...split, ...work, model: lease.identity, stores });
        if (run.isPlanned) await announceRun(run, execution, stores);
        return run;
      } finally {
        lease.release();
      }
    },
    async items(run, from, count, work) {
      const output = await createObjectRunStores(environment, work).openOutput(run.output);
      return (await readPlan(output, run.id)).slice(from, from + count);
    },
    async item(run, item, work) {
      const lease = await leaseBatchModel(cache, modelUri, run.model);
      try {
        const engine = createBatchEngine({ model: lease.model, limits });
        return await runItem(run, item, {
          ...{ engine, ...work },
          stores: createObjectRunStores(environment, work),
        });
      } finally {
        lease.release();
      }
    },
    async finish(run, work) {
      const stores = createObjectRunStores(environment, work);
      const { rows, files, failed } = await finishRun(run, { stores });
      return { run: run.id, rows, files: files.length, failed: failed.length };
    },
  };
}

/** The file is not to blame: it waits until the model is repaired. */
function cannotOpen(cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new ServingError('TEMPORARILY_UNAVAILABLE', `the model cannot be opened: ${reason}`, {
    cause,
  });
}

const busy = (uri: string, heldUntilMs: number): ServingError =>
  new ServingError(
    'TEMPORARILY_UNAVAILABLE',
    `another call scores ${uri}, until ${new Date(heldUntilMs).toISOString()} if it was killed`,
  );
