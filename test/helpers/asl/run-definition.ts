import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Catcher,
  checkDefinition,
  type Definition,
  type Retrier,
  type State,
} from './definition.ts';
import { runDistributedMap } from './distributed-map.ts';
import { checkSize, failure, ofService, StateFailure } from './errors.ts';
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
    if (!(error instanceof StateFailure)) throw error;
    const { name: code, message } = error;
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
    checkSize(data);
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
      return { output: finish(state, input, input, context), next: choose(state, scope) };
    case 'Pass': {
      const result =
        state['Result'] ?? (state['Parameters'] ? fill(state['Parameters'], scope) : input);
      return { output: finish(state, raw, result, context), next };
    }
    case 'Task':
    case 'Map':
      return caught(state, raw, async () => {
        const result = await retried(state, () => work(state, scope, running), running);
        const selected = state['ResultSelector']
          ? fill(state['ResultSelector'], { input: result, context })
          : result;
        checkSize(selected);
        return { output: finish(state, raw, selected, context), next };
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
  if (state['Default'] !== undefined) return state['Default'] as string;
  throw failure('States.NoChoiceMatched', 'no rule matches, and there is no default');
}

async function work(state: State, scope: Scope, running: Running): Promise<unknown> {
  if (state.Type === 'Map') return runDistributedMap(state, scope, running, runStates);
  const { services, timeoutSecondMs = 1_000 } = running;
  const filled = state['Parameters'] ? fill(state['Parameters'], scope) : scope.input;
  const parameters = filled as Record<string, unknown>;
  const call = async (): Promise<unknown> => {
    switch (state['Resource']) {
      case 'arn:aws:states:::lambda:invoke': {
        const payload = JSON.parse(JSON.stringify(parameters['Payload']));
        const name = parameters['FunctionName'] as string;
        const answer = await ofService(services.invoke(name, payload));
        return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: answer };
      }
      case 'arn:aws:states:::sqs:sendMessage':
        return ofService(services.sendMessage(parameters));
      default:
        throw new Error(`the resource ${state['Resource']} is not known to this driver`);
    }
  };
  const seconds = state['TimeoutSeconds'] as number | undefined;
  if (seconds === undefined) return call();
  const stop = new AbortController();
  const tooLate = sleep(seconds * timeoutSecondMs, undefined, { signal: stop.signal }).then(() => {
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
      if (!(error instanceof StateFailure)) throw error;
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

async function caught(state: State, raw: unknown, run: () => Promise<Step>): Promise<Step> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const catchers = (state['Catch'] ?? []) as readonly Catcher[];
    const catcher = catchers.find(({ ErrorEquals }) => matches(ErrorEquals, error));
    if (catcher === undefined) throw error;
    const { name, message } = error;
    const output = place(raw, catcher.ResultPath, { Error: name, Cause: message });
    return { output, next: catcher.Next };
  }
}

/** `States.ALL` takes everything but what the definition itself is to blame for. */
const matches = (names: readonly string[], { name }: StateFailure): boolean => {
  if (name === 'States.Runtime' || name === 'States.DataLimitExceeded') return false;
  return names.some(
    (wanted) =>
      wanted === name ||
      wanted === 'States.ALL' ||
      (wanted === 'States.TaskFailed' && name !== 'States.Timeout'),
  );
};
