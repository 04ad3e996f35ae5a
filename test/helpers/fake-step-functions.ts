import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface FakeExecution {
  readonly name: string;
  readonly input: string;
  status: string;
  error?: string;
  cause?: string;
}

export interface FakeStepFunctions {
  readonly url: string;
  /** By name. */
  readonly executions: Map<string, FakeExecution>;
  /** Answer the next call with this error. */
  failNext(type: string, status: number): void;
  close(): Promise<void>;
}

export const MACHINE_ARN = 'arn:aws:states:us-east-1:123456789012:stateMachine:wine';
interface Failure {
  readonly type: string;
  readonly status: number;
}

const refuse = (type: string, status = 400): { failure: Failure } => ({
  failure: { type, status },
});

const EXECUTION_ARN = 'arn:aws:states:us-east-1:123456789012:execution:wine:';

/**
 * AWS Step Functions, as far as starting and describing executions goes; nothing is run.
 *
 * A name is taken once its execution has ended, or when it is under way with another input.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function startFakeStepFunctions(
  onStart: (execution: FakeExecution) => void = () => {},
): Promise<FakeStepFunctions> {
  const executions = new Map<string, FakeExecution>();
  const failures: { failure: Failure }[] = [];

  function start({ name, input }: { name: string; input: string }) {
    const before = executions.get(name);
    if (before && (before.status !== 'RUNNING' || before.input !== input)) {
      return refuse('ExecutionAlreadyExists');
    }
    if (!before) {
      const execution: FakeExecution = { name, input, status: 'RUNNING' };
      executions.set(name, execution);
      onStart(execution);
    }
    return { executionArn: EXECUTION_ARN + name, startDate: Date.now() / 1000 };
  }

  function describe({ executionArn }: { executionArn: string }) {
    const found = executions.get(executionArn.slice(EXECUTION_ARN.length));
    if (found) return { ...found, executionArn, stateMachineArn: MACHINE_ARN, startDate: 0 };
    return refuse('ExecutionDoesNotExist');
  }

  const server = createServer(async (request, response) => {
    const body = (await json(request)) as never;
    const target = String(request.headers['x-amz-target']);
    const answer =
      failures.shift() ?? (target.endsWith('StartExecution') ? start(body) : describe(body));
    const failure = 'failure' in answer ? answer.failure : undefined;
    response.writeHead(failure?.status ?? 200, { 'content-type': 'application/x-amz-json-1.0' });
    const refusal = failure && { __type: failure.type, message: failure.type };
    response.end(JSON.stringify(refusal ?? answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    executions,
    failNext: (type, status) => void failures.push(refuse(type, status)),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
