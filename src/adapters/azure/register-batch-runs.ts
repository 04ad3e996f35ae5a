import { type InvocationContext, output } from '@azure/functions';
import { app as durable, input as durableInput, getClient } from 'durable-functions';
import type { PlannedItem, PlannedRun } from '../../batch/distribute/planned-run.ts';
import type { BatchRunRequest } from '../../batch/distribute/run-request.ts';
import { ServingError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { isFinalError } from '../final-error.ts';
import {
  ACTIVITIES,
  type BatchRunState,
  batchRun,
  ORCHESTRATION,
  type Outcome,
} from './batch-orchestration.ts';
import { BATCH_CONNECTION, POISON_QUEUE } from './batch-queues.ts';

export interface Work {
  readonly signal: AbortSignal;
}

/** What the activities do. */
export interface BatchRunSteps {
  plan(request: BatchRunRequest, execution: string, work: Work): Promise<PlannedRun>;
  items(run: PlannedRun, from: number, count: number, work: Work): Promise<PlannedItem[]>;
  item(run: PlannedRun, item: PlannedItem, work: Work): Promise<unknown>;
  finish(run: PlannedRun, work: Work): Promise<unknown>;
}

export interface BatchRunOptions {
  /** Waited for by the first activity, and again after a failure. */
  readonly open: () => Promise<BatchRunSteps>;
  readonly log: Log;
}

/** The host ends a call after 30 minutes (host.json): stop before, and leave no half upload; ms. */
const CALL_MS = 29 * 60_000;

/**
 * Register a run over many calls: the orchestration, and the activities that it calls.
 *
 * @see https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-overview
 */
export function registerBatchRuns({ open, log }: BatchRunOptions): void {
  durable.orchestration(ORCHESTRATION, batchRun);

  const activity = <Input>(
    name: string,
    run: (steps: BatchRunSteps, input: Input, work: Work) => Promise<unknown>,
  ): void => {
    durable.activity(name, {
      handler: async (input: Input): Promise<Outcome<unknown>> => {
        try {
          const work = { signal: AbortSignal.timeout(CALL_MS) };
          return { ok: (await run(await open(), input, work)) ?? null };
        } catch (error) {
          log.error(`${name} failed`, { error });
          return { failure: failureOf(error) };
        }
      },
    });
  };
  activity<{ request: BatchRunRequest; execution: string }>(
    ACTIVITIES.plan,
    (steps, { request, execution }, work) => steps.plan(request, execution, work),
  );
  activity<{ run: PlannedRun; from: number; count: number }>(
    ACTIVITIES.items,
    (steps, { run, from, count }, work) => steps.items(run, from, count, work),
  );
  activity<{ run: PlannedRun; item: PlannedItem }>(ACTIVITIES.item, (steps, { run, item }, work) =>
    steps.item(run, item, work),
  );
  activity<{ run: PlannedRun }>(ACTIVITIES.finish, (steps, { run }, work) =>
    steps.finish(run, work),
  );

  const poison = output.storageQueue({ queueName: POISON_QUEUE, connection: BATCH_CONNECTION });
  durable.activity(ACTIVITIES.keep, {
    extraOutputs: [poison],
    handler: async (
      { replay, reason }: { replay: string; reason: string },
      context: InvocationContext,
    ): Promise<Outcome<null>> => {
      context.extraOutputs.set(poison, [JSON.stringify({ poison: replay, error: reason })]);
      return { ok: null };
    },
  });
}

/** Lets a function start orchestrations: among its inputs. */
export const durableClientInput = durableInput.durableClient;

/** Orchestrations that have not ended. */
const UNDER_WAY: ReadonlySet<string> = new Set([
  'Running',
  'Pending',
  'Suspended',
  'ContinuedAsNew',
]);

/**
 * Start a run, unless one of this name is under way or was successful; one that failed is started again.
 *
 * @param context of a function that has `durableClientInput` among its inputs
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when Durable Functions does not answer
 */
export async function startBatchRun(
  context: InvocationContext,
  name: string,
  state: BatchRunState,
): Promise<void> {
  const client = getClient(context);
  try {
    const found = await client.getStatus(name).catch(noneIfMissing);
    const status = String(found?.runtimeStatus ?? '');
    if (UNDER_WAY.has(status) || status === 'Completed') return;
    await client.startNew(ORCHESTRATION, { instanceId: name, input: state });
  } catch (cause) {
    throw new ServingError(
      'TEMPORARILY_UNAVAILABLE',
      `the run ${name} cannot be started: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The client says it in a sentence only. */
function noneIfMissing(error: Error): undefined {
  if (/HTTP 404/.test(error.message)) return undefined;
  throw error;
}

function failureOf(error: unknown) {
  if (!(error instanceof ServingError)) {
    return { code: 'INTERNAL_ERROR', message: String(error), isFinal: false };
  }
  const { code, message } = error;
  const isFinal =
    isFinalError(error) || code === 'INVALID_STATE' || code === 'RESOURCE_DOES_NOT_EXIST';
  return { code, message, isFinal };
}
