import type { AzureHost } from './azure-host.ts';

/** As the extension of Durable Functions gives it on. */
interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
  readonly [name: string]: unknown;
}

/** What an orchestrator asks for; see its `ActionType`. */
interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly fireAt?: string;
  readonly compoundActions?: readonly Action[];
}

interface OrchestratorState {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
}

export interface DrivenRun {
  readonly status: 'Completed' | 'Failed';
  readonly output: unknown;
  readonly error: string | undefined;
  /** Of all its lives: activities, and timers with what they waited; s. */
  readonly activities: readonly string[];
  readonly pausesSeconds: readonly number[];
  /** How often it started itself again. */
  readonly lives: number;
  /** The longest history of a life; events. */
  readonly longestHistory: number;
}

export interface DriverOptions {
  /** Asked before an activity: what it throws is a failure of the host, not of the function. */
  readonly fault?: (activity: string, call: number) => Error | undefined;
  /** Every activity twice, as after a crash before its result was kept. @default false */
  readonly isTwice?: boolean;
}

const EVENT = {
  executionStarted: 0,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
} as const;
const ACTION = { callActivity: 0, continueAsNew: 4, createTimer: 5, any: 11, all: 12 } as const;

/** Rounds of one life, before somebody has to look. */
const MAX_ROUNDS = 10_000;

/**
 * Run an orchestration as the extension does: its code is replayed from the start with each result, and what it asks for the first time is done.
 * Timers cost no time. Each turn is replayed twice, and must ask for the same.
 *
 * @see https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-orchestrations#reliability
 */
export async function driveOrchestration(
  host: AzureHost,
  name: string,
  input: unknown,
  instanceId: string,
  { fault, isTwice = false }: DriverOptions = {},
): Promise<DrivenRun> {
  const activities: string[] = [];
  const pausesSeconds: number[] = [];
  const calls = new Map<string, number>();
  let lives = 0;
  let longestHistory = 0;
  let nowMs = Date.parse('2026-01-01T00:00:00Z');
  let given = input;

  const activity = async (action: Action): Promise<{ result?: string; failure?: string }> => {
    const function_ = action.functionName ?? '';
    const call = (calls.get(function_) ?? 0) + 1;
    calls.set(function_, call);
    activities.push(function_);
    try {
      const problem = fault?.(function_, call);
      if (problem) throw problem;
      const data = { json: JSON.stringify(parsed(action.input)) };
      if (isTwice) await host.invoke(function_, data);
      const { returnValue } = await host.invoke(function_, data);
      return { result: returnValue?.json ?? JSON.stringify(returnValue?.string ?? null) };
    } catch (error) {
      return { failure: (error as Error).message };
    }
  };

  for (;;) {
    lives += 1;
    const history: HistoryEvent[] = [];
    const add = (EventType: number, fields: object = {}, EventId = -1): void => {
      history.push({ EventType, EventId, IsPlayed: false, Timestamp: iso(nowMs), ...fields });
    };
    add(EVENT.orchestratorStarted);
    add(EVENT.executionStarted, { Name: name, Input: JSON.stringify(given) });
    let scheduled = 0;
    let state: OrchestratorState | undefined;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const turn = () => replay(host, name, { history, input: given, instanceId });
      state = await turn();
      const again = await turn();
      if (JSON.stringify(again) !== JSON.stringify(state)) {
        throw new Error('the orchestration asked for something else when it was replayed');
      }
      longestHistory = Math.max(longestHistory, history.length);
      if (state.isDone || state.error !== undefined) break;
      const asked = state.actions.flat().flatMap(atoms);
      const fresh = asked.slice(scheduled);
      if (fresh.length === 0) throw new Error('the orchestration waits for nothing');
      for (const event of history) Object.assign(event, { IsPlayed: true });
      for (const [i, action] of fresh.entries()) {
        const id = scheduled + i;
        if (action.actionType === ACTION.createTimer) {
          add(EVENT.timerCreated, { FireAt: action.fireAt }, id);
        } else add(EVENT.taskScheduled, { Name: action.functionName }, id);
      }
      const done = await Promise.all(
        fresh.map((action) =>
          action.actionType === ACTION.createTimer ? undefined : activity(action),
        ),
      );
      const timers = fresh.flatMap(({ fireAt }) => fireAt ?? []).map((at) => Date.parse(at));
      const wakesMs = Math.max(nowMs + 1000, ...timers);
      for (const at of timers) pausesSeconds.push((at - nowMs) / 1000);
      nowMs = wakesMs;
      add(EVENT.orchestratorCompleted);
      add(EVENT.orchestratorStarted);
      for (const [i, outcome] of done.entries()) {
        const id = scheduled + i;
        if (outcome === undefined) add(EVENT.timerFired, { TimerId: id, FireAt: iso(nowMs) });
        else if (outcome.failure === undefined) {
          add(EVENT.taskCompleted, { TaskScheduledId: id, Result: outcome.result });
        } else {
          const failed = { TaskScheduledId: id, Reason: outcome.failure, Details: '' };
          add(EVENT.taskFailed, failed);
        }
      }
      scheduled += fresh.length;
    }
    if (state === undefined) throw new Error('the orchestration never ran');
    const next = state.actions.flat().find(({ actionType }) => actionType === ACTION.continueAsNew);
    if (next === undefined || state.error !== undefined) {
      return {
        status: state.error === undefined ? 'Completed' : 'Failed',
        output: state.output,
        error: state.error,
        ...{ activities, pausesSeconds, lives, longestHistory },
      };
    }
    given = parsed(next.input);
  }
}

/** One turn: the orchestrator's state, also when it fails, which it tells within an error. */
async function replay(
  host: AzureHost,
  name: string,
  turn: { history: readonly HistoryEvent[]; input: unknown; instanceId: string },
): Promise<OrchestratorState> {
  const binding = {
    ...turn,
    isReplaying: turn.history.length > 2,
    parentInstanceId: null,
    upperSchemaVersion: 2,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: '3.00:00:00',
    maximumShortTimerDuration: '6.00:00:00',
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  try {
    const { returnValue } = await host.invoke(name, { json: JSON.stringify(binding) });
    return JSON.parse(returnValue?.json ?? '{}') as OrchestratorState;
  } catch (error) {
    const [, state] = (error as Error).message.split('$OutOfProcData$:');
    if (state === undefined) throw error;
    return JSON.parse(state) as OrchestratorState;
  }
}

/** Activities and timers, in the order that they are numbered by. */
const atoms = (action: Action): Action[] =>
  action.actionType === ACTION.all || action.actionType === ACTION.any
    ? (action.compoundActions ?? []).flatMap(atoms)
    : action.actionType === ACTION.callActivity || action.actionType === ACTION.createTimer
      ? [action]
      : [];

const parsed = (value: unknown): unknown => (typeof value === 'string' ? tryParse(value) : value);

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();
