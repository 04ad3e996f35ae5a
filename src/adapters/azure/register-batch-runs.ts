import { type InvocationContext, output } from '@azure/functions';
import { app as durable, input as durableInput, getClient } from 'durable-functions';
import type { PlannedItem, PlannedRun } from '../../batch/distribute/planned-run.ts';
import type { BatchRunRequest } from '../../batch/distribute/run-request.ts';
import { ServingError } from '../../errors.ts';
import { errorResponse } from '../../http/error-response.ts';
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
import { toAzureResponse } from './http-messages.ts';
import type { FunctionApp } from './register-endpoint.ts';

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

export interface BatchRunsDoorOptions {
  /** What a run is started with, of a body. @throws {ServingError} INVALID_PARAMETER_VALUE */
  readonly stateOf: (body: unknown) => BatchRunState;
  readonly log: Log;
}

/** Names of orchestrations that the engine takes. */
const NAME = /^[A-Za-z0-9_-]{1,80}$/;

/**
 * Register what the command line starts runs by, and watches them: POST and GET `batch-runs/<name>`, with a key of the app.
 *
 * POST starts a run unless one of the name is under way, and answers 202; GET answers `{"name", "status", "error"}`, its status being that of
 * Durable Functions.
 */
export function registerBatchRunsDoor(
  app: Pick<FunctionApp, 'http'>,
  { stateOf, log }: BatchRunsDoorOptions,
): void {
  app.http('batch-runs', {
    route: 'batch-runs/{name}',
    methods: ['GET', 'POST'],
    authLevel: 'function',
    extraInputs: [durableClientInput()],
    handler: async (request, context) => {
      const { name = '' } = request.params;
      try {
        if (!NAME.test(name)) throw wrongName();
        if (request.method === 'POST') {
          const state = stateOf(await request.json().catch(() => undefined));
          await startBatchRun(context, name, state, { isAgain: true });
        }
        const found = await findRun(context, name);
        return { status: request.method === 'POST' ? 202 : 200, jsonBody: found };
      } catch (error) {
        log.warn('a request for a run was refused', { error });
        return toAzureResponse(errorResponse(error), request.method);
      }
    },
  });
}

async function findRun(context: InvocationContext, name: string) {
  const found = await getClient(context).getStatus(name).catch(noneIfMissing);
  if (found === undefined) {
    throw new ServingError('RESOURCE_DOES_NOT_EXIST', `there is no run ${name}`);
  }
  const status = String(found.runtimeStatus);
  const hasFailed = status === 'Failed' || status === 'Terminated';
  return { name, status, ...(hasFailed && { error: String(found.output ?? '') }) };
}

const wrongName = (): ServingError =>
  new ServingError(
    'INVALID_PARAMETER_VALUE',
    'the name of a run has up to 80 letters, digits, "-" and "_"',
  );

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
 * @param isAgain one that was successful, too: it finds everything done
 * @param context of a function that has `durableClientInput` among its inputs
 * @throws {ServingError} TEMPORARILY_UNAVAILABLE when Durable Functions does not answer
 */
export async function startBatchRun(
  context: InvocationContext,
  name: string,
  state: BatchRunState,
  { isAgain = false }: { readonly isAgain?: boolean } = {},
): Promise<void> {
  const client = getClient(context);
  try {
    const found = await client.getStatus(name).catch(noneIfMissing);
    const status = String(found?.runtimeStatus ?? '');
    if (UNDER_WAY.has(status) || (status === 'Completed' && !isAgain)) return;
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
