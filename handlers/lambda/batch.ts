import type { SQSEvent } from 'aws-lambda';
import { createBatchLambdaHandler } from '../../src/adapters/aws/batch-handler.ts';
import {
  type BatchTaskEvent,
  createBatchTaskHandler,
  isBatchTask,
} from '../../src/adapters/aws/batch-tasks.ts';
import type { LambdaContext } from '../../src/adapters/aws/lambda-handler.ts';
import { preloadWithin } from '../../src/adapters/preload-within.ts';
import { createMessageQueue } from '../../src/aws/message-queue.ts';
import { createStateMachine } from '../../src/aws/state-machine.ts';
import { parseRunRequest } from '../../src/batch/distribute/parse-run-request.ts';
import type { PlannedItem, PlannedRun } from '../../src/batch/distribute/planned-run.ts';
import { runPlaces } from '../../src/batch/store/run-places.ts';
import { readBatchConfiguration } from '../../src/config/batch-configuration.ts';
import { openBatch } from '../../src/endpoint/open-batch.ts';
import { createLog } from '../../src/log.ts';
import { createLogTelemetry } from '../../src/log-telemetry.ts';

const configuration = readBatchConfiguration(process.env);
const { stateMachineArn, queueUrl, failuresUrl } = configuration.batch;
const log = createLog({ level: configuration.logLevel ?? 'info' });
const machine = stateMachineArn ? createStateMachine(stateMachineArn, process.env) : undefined;
const opened = openBatch({
  configuration,
  log,
  telemetry: createLogTelemetry(log),
  ...(machine && {
    startRun: async (name, request, work) => void (await machine.start(name, request, work)),
  }),
});

const handlers = opened.then((batch) => ({
  messages: createBatchLambdaHandler({
    run: ({ bucket, key, ...version }, replay, work) =>
      batch.score({ uri: `s3://${bucket}/${key}`, ...version }, replay, work),
    log,
    queues: {
      ...(queueUrl && { source: createMessageQueue(queueUrl, process.env) }),
      ...(failuresUrl && { failures: createMessageQueue(failuresUrl, process.env) }),
    },
  }),
  tasks: createBatchTaskHandler(
    {
      async plan({ request, execution }, work) {
        const run = await batch.plan(parseRunRequest(request), String(execution), work);
        return { ...run, ...runPlaces(run) };
      },
      // Both come from our own plan.
      item: ({ run, item }, work) => batch.item(run as PlannedRun, item as PlannedItem, work),
      finish: ({ run }, work) => batch.finish(run as PlannedRun, work),
    },
    log,
  ),
}));

/** Messages of the queue, and the steps of a run over many calls. */
export async function handler(
  event: SQSEvent | BatchTaskEvent,
  context: LambdaContext,
): Promise<unknown> {
  const { messages, tasks } = await handlers;
  return isBatchTask(event) ? tasks(event, context) : messages(event, context);
}

/** As in invocations.ts: the runtime waits for this, so the model is opened in the init phase. */
export function then(
  resolve: (module: { handler: typeof handler }) => void,
  reject: (error: unknown) => void,
): void {
  preloadWithin(async () => (await opened).preload())
    .then(() => handlers)
    .then(() => resolve({ handler }), reject);
}
