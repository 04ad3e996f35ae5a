import { type InvocationContext, output } from '@azure/functions';
import { app as durable } from 'durable-functions';
import type { PlannedItem, PlannedRun } from '../../batch/distribute/planned-run.ts';
import type { BatchRunRequest } from '../../batch/distribute/run-request.ts';
import { ServingError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { isFinalError } from '../final-error.ts';
import { BATCH_CALL_MS } from './batch-call-ms.ts';
import { ACTIVITIES, batchRun, ORCHESTRATION, type Outcome } from './batch-orchestration.ts';
import { BATCH_CONNECTION, POISON_QUEUE, poisonMessage } from './batch-queues.ts';

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
          const work = { signal: AbortSignal.timeout(BATCH_CALL_MS) };
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
      log.error('a run failed; the message that started it goes to the poison queue', { reason });
      context.extraOutputs.set(poison, [poisonMessage(replay, reason)]);
      return { ok: null };
    },
  });
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
