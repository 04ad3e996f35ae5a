/**
 * The part of Amazon States Language that the driver of these tests follows, word by word. A field that is not listed here is an
 * error, and not something to be passed over.
 *
 * @see https://states-language.net/spec.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string | null;
  readonly Next: string;
}

export interface State {
  readonly Type: 'Task' | 'Map' | 'Choice' | 'Pass' | 'Succeed' | 'Fail';
  readonly [field: string]: unknown;
}

const STEP = ['Type', 'Comment', 'InputPath', 'OutputPath', 'Next', 'End'];
const WORK = [...STEP, 'ResultSelector', 'ResultPath', 'Retry', 'Catch'];

const FIELDS: Readonly<Record<State['Type'], readonly string[]>> = {
  Task: [...WORK, 'Resource', 'Parameters', 'TimeoutSeconds'],
  Map: [
    ...WORK,
    ...['Label', 'ItemReader', 'ItemSelector', 'ItemProcessor', 'ResultWriter'],
    ...['MaxConcurrency', 'ToleratedFailurePercentage'],
  ],
  Choice: [...STEP, 'Choices', 'Default'],
  Pass: [...STEP, 'Parameters', 'Result', 'ResultPath'],
  Succeed: ['Type', 'Comment', 'InputPath', 'OutputPath'],
  Fail: ['Type', 'Comment', 'Error', 'Cause', 'ErrorPath', 'CausePath'],
};

const ENDS: ReadonlySet<State['Type']> = new Set(['Succeed', 'Fail', 'Choice']);

/** @throws {Error} for a field that the driver does not know, and for a state that leads nowhere */
export function checkDefinition({ StartAt, States, ...rest }: Definition): void {
  const known = new Set(Object.keys(States));
  const fail = (text: string) => {
    throw new Error(`definition: ${text}`);
  };
  for (const field of Object.keys(rest)) {
    if (!['Comment', 'ProcessorConfig'].includes(field)) fail(`field ${field} is not known`);
  }
  const lead = (from: string, to: unknown) =>
    known.has(String(to)) || fail(`${from} leads to ${to}, which is no state`);
  lead('StartAt', StartAt);
  for (const [name, state] of Object.entries(States)) {
    const fields = FIELDS[state.Type] ?? fail(`${name} has the type ${state.Type}`);
    for (const field of Object.keys(state)) {
      if (!fields.includes(field)) fail(`field ${field} of ${name} is not known`);
    }
    if (!ENDS.has(state.Type) && state['End'] !== true) lead(name, state['Next']);
    if ('Default' in state) lead(name, state['Default']);
    for (const { Next } of [...list(state['Choices']), ...list(state['Catch'])]) lead(name, Next);
    checkErrors(name, state['Retry'], RETRIER, fail);
    checkErrors(name, state['Catch'], CATCHER, fail);
    if ('ItemProcessor' in state) checkProcessor(state['ItemProcessor'] as Processor, fail);
  }
}

const RETRIER = [
  ...['ErrorEquals', 'IntervalSeconds', 'MaxAttempts', 'BackoffRate'],
  ...['MaxDelaySeconds', 'JitterStrategy'],
];
const CATCHER = ['ErrorEquals', 'ResultPath', 'Next'];

type Fail = (text: string) => never | undefined;

/** `States.ALL` stands alone, and last. */
function checkErrors(name: string, value: unknown, fields: readonly string[], fail: Fail): void {
  const rules = (value ?? []) as readonly (Retrier | Catcher)[];
  for (const [index, rule] of rules.entries()) {
    const wrong = Object.keys(rule).find((field) => !fields.includes(field));
    if (wrong !== undefined) fail(`field ${wrong} of an error rule of ${name} is not known`);
    const { ErrorEquals: errors } = rule;
    if (errors.length === 0) fail(`an error rule of ${name} is for no error`);
    if (!errors.includes('States.ALL')) continue;
    if (errors.length > 1 || index < rules.length - 1) {
      fail(`States.ALL of ${name} is not alone, or not last`);
    }
  }
}

interface Processor extends Definition {
  readonly ProcessorConfig?: { readonly Mode?: string; readonly ExecutionType?: string };
}

function checkProcessor(processor: Processor, fail: Fail): void {
  const { Mode: mode, ExecutionType: type } = processor.ProcessorConfig ?? {};
  if (mode !== 'DISTRIBUTED' || type !== 'STANDARD') {
    fail(`the processor ${mode}, ${type} is not known: DISTRIBUTED, STANDARD is`);
  }
  checkDefinition(processor);
}

const list = (value: unknown): readonly { Next: string }[] =>
  (value ?? []) as readonly { Next: string }[];
