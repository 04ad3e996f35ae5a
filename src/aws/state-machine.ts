import type { DeployedRun, DeployedRuns } from '../cloud/deployed-runs.ts';
import { ServingError } from '../errors.ts';
import { onceUnlessFailed } from '../once.ts';
import { describeFailure } from './describe-failure.ts';
import { sdkOptions } from './sdk-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Executions of one name, before somebody has to look what is wrong. */
const MAX_EXECUTIONS = 100;
const UNDER_WAY: ReadonlySet<string> = new Set(['RUNNING', 'PENDING_REDRIVE']);

/**
 * A state machine of AWS Step Functions, in the region that its ARN names; a run is called by its execution's ARN. After an execution that has
 * ended, the next of its name is `<name>-2`, and so on: names are taken for 90 days.
 *
 * Its client is loaded with the first call: it takes long, and most functions never make one.
 *
 * @param environment see `sdkOptions`; `AWS_ENDPOINT_URL_SFN` names another server
 * @throws {ServingError} INVALID_PARAMETER_VALUE as `sdkOptions`, and when the ARN is none of a state machine
 */
export function createStateMachine(
  stateMachineArn: string,
  environment: Environment,
): DeployedRuns {
  const executions = executionsOf(stateMachineArn);
  const [, , , region] = stateMachineArn.split(':');
  const options = sdkOptions({ ...environment, AWS_REGION: region });
  const open = onceUnlessFailed(async () => {
    const sdk = await import('@aws-sdk/client-sfn');
    return { ...sdk, client: new sdk.SFNClient(options) };
  });
  const place = `state machine ${stateMachineArn}`;

  async function startOnce(name: string, input: string, abortSignal?: AbortSignal) {
    const { client, ExecutionAlreadyExists, StartExecutionCommand } = await open();
    const command = new StartExecutionCommand({ stateMachineArn, name, input });
    try {
      return (await client.send(command, { ...(abortSignal && { abortSignal }) })).executionArn;
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return undefined;
      throw describeFailure(error, { place, permission: 'states:StartExecution' });
    }
  }

  async function describe(executionArn: string, abortSignal?: AbortSignal): Promise<DeployedRun> {
    const { client, DescribeExecutionCommand } = await open();
    const command = new DescribeExecutionCommand({ executionArn });
    try {
      const found = await client.send(command, { ...(abortSignal && { abortSignal }) });
      const { status = '', error, cause } = found;
      const isUnderWay = UNDER_WAY.has(status);
      return { status, isUnderWay, ...(error && { error }), ...(cause && { cause }) };
    } catch (error) {
      throw describeFailure(error, { place, permission: 'states:DescribeExecution' });
    }
  }

  return {
    describe: (executionArn, { signal } = {}) => describe(executionArn, signal),
    async start(name, input, { signal } = {}) {
      const text = JSON.stringify(input);
      for (let attempt = 1; attempt <= MAX_EXECUTIONS; attempt += 1) {
        const each = attempt === 1 ? name : `${name}-${attempt}`;
        const started = await startOnce(each, text, signal);
        if (started !== undefined) return started;
        const arn = `${executions}:${each}`;
        if ((await describe(arn, signal)).isUnderWay) return arn;
      }
      throw new ServingError(
        'INVALID_STATE',
        `${place} has run ${name} ${MAX_EXECUTIONS} times; look at its executions`,
      );
    },
  };
}

/** `arn:aws:states:…:stateMachine:<name>` → `arn:aws:states:…:execution:<name>` */
function executionsOf(arn: string): string {
  const executions = arn.replace(
    /^(arn:[a-z-]+:states:[a-z0-9-]+:\d{12}):stateMachine:/,
    '$1:execution:',
  );
  if (executions !== arn) return executions;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `${arn} is no state machine; expected arn:aws:states:<region>:<account>:stateMachine:<name>`,
  );
}
