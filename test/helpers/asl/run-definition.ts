import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Catcher,
  checkDefinition,
  type Definition,
  type Retrier,
  type State,
} from './definition.ts';
import { runDistributedMap } from './distributed-map.ts';
import { failure } from './errors.ts';
import { type Context, fill, isPresent, place, type Scope, valueAt } from './paths.ts';
import type { Running, RunOptions } from './running.ts';

export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown; readonly visited: readonly string[] }
  | {
      readonly status: 'FAILED';
      readonly error: string;
      readonly cause: string;
      readonly visited: readonly string[];
    };

/** Run a definition as Step Functions does. */
export async function runDefinition(
  definition: Definition,
  input: unknown,
  options: RunOptions,
): Promise<Outcome> {
  checkDefinition(definition);
  const name = options.name ?? 'run';
  const context = {
    Execution: {
      Name: name,
      Id: `arn:aws:states:us-east-1:123456789012:execution:wine:${name}`,
      Input: input,
    },
  };
  const visited: string[] = [];
  try {
    const output = await runStates(definition, input, { ...options, context, visited });
    return { status: 'SUCCEEDED', output, visited };
  } catch (error) {
    const { name: code, message } = error as Error;
    return { status: 'FAILED', error: code, cause: message, visited };
  }
}

async function runStates(
  { StartAt, States }: Definition,
  input: unknown,
  running: Running,
): Promise<unknown> {
  let data = input;
  let name: string | undefined = StartAt;
  while (name !== undefined) {
    running.visited.push(name);
    const state = States[name] as State;
    const { output, next } = await runState(state, data, running);
    data = output;
    name = next;
  }
  return data;
}

interface Step {
  readonly output: unknown;
  readonly next: string | undefined;
}

async function runState(state: State, raw: unknown, running: Running): Promise<Step> {
  const { context } = running;
  const input = state['InputPath']
    ? valueAt(state['InputPath'] as string, { input: raw, context })
    : raw;
  const scope: Scope = { input, context };
  const next = state['Next'] as string | undefined;
  switch (state.Type) {
    case 'Succeed':
      return { output: input, next: undefined };
    case 'Fail':
      throw failure(
        String(state['ErrorPath'] ? valueAt(state['ErrorPath'] as string, scope) : state['Error']),
        String(state['CausePath'] ? valueAt(state['CausePath'] as string, scope) : state['Cause']),
      );
    case 'Choice':
      return { output: input, next: choose(state, scope) };
    case 'Pass': {
      const result =
        state['Result'] ?? (state['Parameters'] ? fill(state['Parameters'], scope) : input);
      return { output: finish(state, input, result, context), next };
    }
    case 'Task':
    case 'Map':
      return caught(state, input, async () => {
        const result = await retried(state, () => work(state, scope, running), running);
        const selected = state['ResultSelector']
          ? fill(state['ResultSelector'], { input: result, context })
          : result;
        return { output: finish(state, input, selected, context), next };
      });
  }
}

const finish = (state: State, input: unknown, result: unknown, context: Context): unknown => {
  const output = place(input, state['ResultPath'] as string | null | undefined, result);
  return state['OutputPath']
    ? valueAt(state['OutputPath'] as string, { input: output, context })
    : output;
};

function choose(state: State, scope: Scope): string {
  interface Rule {
    readonly Variable: string;
    readonly Next: string;
    readonly IsPresent?: boolean;
    readonly BooleanEquals?: boolean;
  }
  for (const rule of state['Choices'] as readonly Rule[]) {
    const { Variable, Next, IsPresent, BooleanEquals, ...rest } = rule;
    if (Object.keys(rest).length > 0) throw new Error(`choice ${Object.keys(rest)} is not known`);
    if (IsPresent !== undefined && isPresent(Variable, scope) === IsPresent) return Next;
    if (BooleanEquals !== undefined && valueAt(Variable, scope) === BooleanEquals) return Next;
  }
  return state['Default'] as string;
}

async function work(state: State, scope: Scope, running: Running): Promise<unknown> {
  if (state.Type === 'Map') return runDistributedMap(state, scope, running, runStates);
  const { services } = running;
  const parameters = fill(state['Parameters'], scope) as Record<string, unknown>;
  const call = async (): Promise<unknown> => {
    switch (state['Resource']) {
      case 'arn:aws:states:::lambda:invoke': {
        const payload = JSON.parse(JSON.stringify(parameters['Payload']));
        const answer = await services.invoke(parameters['FunctionName'] as string, payload);
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: answer };
      }
      case 'arn:aws:states:::sqs:sendMessage':
        return services.sendMessage(parameters);
      default:
        throw new Error(`the resource ${state['Resource']} is not known to this driver`);
    }
  };
  const seconds = state['TimeoutSeconds'] as number | undefined;
  if (seconds === undefined) return call();
  const stop = new AbortController();
  const tooLate = sleep(seconds * 1000, undefined, { signal: stop.signal }).then(() => {
    throw failure('States.Timeout', `${seconds} s are over`);
  });
  tooLate.catch(() => {}); // stopped when the call was in time
  return Promise.race([call(), tooLate]).finally(() => stop.abort());
}

async function retried(
  state: State,
  once: () => Promise<unknown>,
  { secondMs = 0 }: Running,
): Promise<unknown> {
  const retriers = (state['Retry'] ?? []) as readonly Retrier[];
  const tries = new Map<Retrier, number>();
  for (;;) {
    try {
      return await once();
    } catch (error) {
      const retrier = retriers.find(({ ErrorEquals }) => matches(ErrorEquals, error));
      const tried = (retrier && tries.get(retrier)) ?? 0;
      if (retrier === undefined || tried >= (retrier.MaxAttempts ?? 3)) throw error;
      tries.set(retrier, tried + 1);
      const {
        IntervalSeconds = 1,
        BackoffRate = 2,
        MaxDelaySeconds = Number.POSITIVE_INFINITY,
      } = retrier;
      const seconds = Math.min(IntervalSeconds * BackoffRate ** tried, MaxDelaySeconds);
      const share = retrier.JitterStrategy === 'FULL' ? Math.random() : 1;
      await sleep(seconds * share * secondMs);
    }
  }
}

async function caught(state: State, input: unknown, run: () => Promise<Step>): Promise<Step> {
  try {
    return await run();
  } catch (error) {
    const catchers = (state['Catch'] ?? []) as readonly Catcher[];
    const catcher = catchers.find(({ ErrorEquals }) => matches(ErrorEquals, error));
    if (catcher === undefined) throw error;
    const { name, message } = error as Error;
    const output = place(input, catcher.ResultPath, { Error: name, Cause: message });
    return { output, next: catcher.Next };
  }
}

/** `States.ALL` takes everything but what the definition itself is to blame for. */
const matches = (names: readonly string[], error: unknown): boolean => {
  const { name } = error as Error;
  if (name === 'States.Runtime' || name === 'States.DataLimitExceeded') return false;
  return names.some(
    (wanted) =>
      wanted === name ||
      wanted === 'States.ALL' ||
      (wanted === 'States.TaskFailed' && name !== 'States.Timeout'),
  );
};
