import type { InvocationContext } from '@azure/functions';
import { ServingError } from '../../errors.ts';
import { errorResponse } from '../../http/error-response.ts';
import type { Log } from '../../log.ts';
import type { BatchRunState } from './batch-orchestration.ts';
import { toAzureResponse } from './http-messages.ts';
import type { FunctionApp } from './register-endpoint.ts';
import { durableClientInput, findOrchestration, startBatchRun } from './start-batch-run.ts';

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
  const found = await findOrchestration(context, name);
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
