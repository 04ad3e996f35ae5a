import type { OrchestrationContext, Task } from 'durable-functions';
import type { PlannedItem, PlannedRun } from '../../batch/distribute/planned-run.ts';
import type { BatchRunRequest } from '../../batch/distribute/run-request.ts';

/** The input of the orchestration; plain JSON. It starts itself again with how far it is, so that its history stays short. */
export interface BatchRunState {
  readonly request: BatchRunRequest;
  /** At most this many items at once. */
  readonly maxParallelParts: number;
  /** The run fails when more than this share of its items fails; 0 to 1. */
  readonly toleratedFailureRatio: number;
  /** Undefined until it is planned. */
  readonly run?: PlannedRun;
  /** Items before this one are done, or have failed for good. */
  readonly next?: number;
  readonly failed?: number;
}

/** What an activity gives: it never throws, so that one failure does not hide what the others did. */
export type Outcome<T> = { readonly ok: T } | { readonly failure: Failure };

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** No further try helps. */
  readonly isFinal: boolean;
}

/** The functions that an orchestration calls. */
export const ACTIVITIES = {
  plan: 'batch-plan',
  items: 'batch-items',
  item: 'batch-item',
  finish: 'batch-finish',
  keep: 'batch-keep',
} as const;

export const ORCHESTRATION = 'batch-run';

const ATTEMPTS = 5;
/** The claim of a call that was killed ends after a minute; then half as long again; s. */
const FIRST_PAUSE_SECONDS = 70;
const LONGEST_PAUSE_SECONDS = 600;

type Steps<T> = Generator<Task, T, unknown>;

/**
 * A run over many calls: plan, score every item of the plan in waves, finish. When it fails, the message that started it goes to the poison queue.
 *
 * Deterministic, as replaying wants it: no clock but the orchestration's, no chance, nothing read.
 *
 * @returns what `finish` says of the run
 * @see https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-code-constraints
 */
export function* batchRun(context: OrchestrationContext): Steps<unknown> {
  const state = context.df.getInput() as BatchRunState;
  try {
    return yield* work(context, state);
  } catch (error) {
    const { replay } = state.request;
    const reason = error instanceof Error ? error.message : String(error);
    if (replay !== undefined) yield* keep(context, replay, reason);
    throw error;
  }
}

/** A message that cannot be kept does not hide why the run failed. */
function* keep(context: OrchestrationContext, replay: string, reason: string): Steps<void> {
  try {
    yield* call(context, ACTIVITIES.keep, { replay, reason });
  } catch {
    // The activity has logged it, and the run fails with its own reason.
  }
}

function* work(context: OrchestrationContext, state: BatchRunState): Steps<unknown> {
  const { request, maxParallelParts, toleratedFailureRatio, next = 0 } = state;
  const run = state.run ?? (yield* plan(context, request));
  if (next >= run.items) return yield* call(context, ACTIVITIES.finish, { run });
  const range = { run, from: next, count: maxParallelParts };
  const items = (yield* call(context, ACTIVITIES.items, range)) as PlannedItem[];
  const failures = yield* scoreAll(context, run, items);
  const failed = (state.failed ?? 0) + failures.length;
  const [first] = failures;
  if (first !== undefined && failed > toleratedFailureRatio * run.items) throw asError(first);
  // Nothing more to come: `continueAsNew` would only cost a turn.
  const done = next + items.length;
  if (done >= run.items) return yield* call(context, ACTIVITIES.finish, { run });
  context.df.continueAsNew({ ...state, run, next: done, failed } satisfies BatchRunState);
  return undefined;
}

/** A very large file takes several calls to cut. */
function* plan(context: OrchestrationContext, request: BatchRunRequest): Steps<PlannedRun> {
  const execution = context.df.instanceId;
  for (;;) {
    const run = (yield* call(context, ACTIVITIES.plan, { request, execution })) as PlannedRun;
    if (run.isPlanned) return run;
  }
}

/** @returns what failed for good */
function* scoreAll(
  context: OrchestrationContext,
  run: PlannedRun,
  items: readonly PlannedItem[],
): Steps<Failure[]> {
  const forGood: Failure[] = [];
  let pending = items;
  for (let attempt = 1; pending.length > 0; attempt += 1) {
    const inputs = pending.map((item) => ({ run, item }));
    const outcomes = yield* callAll(context, ACTIVITIES.item, inputs);
    const again: PlannedItem[] = [];
    for (const [i, outcome] of outcomes.entries()) {
      if (!('failure' in outcome)) continue;
      if (outcome.failure.isFinal || attempt === ATTEMPTS) forGood.push(outcome.failure);
      else again.push(pending[i] as PlannedItem);
    }
    if (again.length > 0) yield* pause(context, attempt);
    pending = again;
  }
  return forGood;
}

/** One activity, again while it fails for a moment. @throws {Error} with the code before the message */
function* call(context: OrchestrationContext, name: string, input: unknown): Steps<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const [outcome] = yield* callAll(context, name, [input]);
    if (outcome === undefined) throw new Error(`${name} gave nothing`);
    if ('ok' in outcome) return outcome.ok;
    if (outcome.failure.isFinal || attempt === ATTEMPTS) throw asError(outcome.failure);
    yield* pause(context, attempt);
  }
}

/** Several at once. An activity that the host has ended fails them all: what is done already is found so by the next attempt. */
function* callAll(
  context: OrchestrationContext,
  name: string,
  inputs: readonly unknown[],
): Steps<Outcome<unknown>[]> {
  const tasks = inputs.map((input) => context.df.callActivity(name, input));
  try {
    return (yield context.df.Task.all(tasks)) as Outcome<unknown>[];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failure = { code: 'TEMPORARILY_UNAVAILABLE', message, isFinal: false };
    return inputs.map(() => ({ failure }));
  }
}

function* pause(context: OrchestrationContext, attempt: number): Steps<void> {
  const seconds = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 1.5 ** (attempt - 1));
  const at = new Date(context.df.currentUtcDateTime.getTime() + seconds * 1000);
  yield context.df.createTimer(at);
}

const asError = ({ code, message }: Failure): Error => new Error(`${code}: ${message}`);
