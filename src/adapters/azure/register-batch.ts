import { type InvocationContext, output } from '@azure/functions';
import type { Log } from '../../log.ts';
import { isFinalError } from '../final-error.ts';
import { BATCH_CALL_MS } from './batch-call-ms.ts';
import { BATCH_CONNECTION, BATCH_QUEUE, POISON_QUEUE, poisonMessage } from './batch-queues.ts';
import { parseBlobEvents } from './blob-events.ts';
import type { FunctionApp } from './register-endpoint.ts';
import { durableClientInput } from './start-batch-run.ts';

/** Scores one blob; resolves when its manifest is written, or was there already. */
export type RunBlob = (
  uri: string,
  replay: string,
  /** The context starts orchestrations: `startBatchRun`. */
  options: { readonly signal: AbortSignal; readonly context: InvocationContext },
) => Promise<void>;

export interface BatchFunctionOptions {
  /** Waited for by the first message, and again after a failure. */
  readonly open: () => Promise<RunBlob>;
  readonly log: Log;
}

/**
 * Register the function that scores blobs as they are created: Event Grid → storage queue → this.
 *
 * A message that fails comes again after a while (host.json), and after the last try goes to the poison queue; what no try can help goes
 * there at once, with the reason. Messages may come twice and in any order: the engine does each file once.
 *
 * @see https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-storage-queue-trigger
 */
export function registerBatch(
  app: Pick<FunctionApp, 'storageQueue'>,
  { open, log }: BatchFunctionOptions,
): void {
  const poison = output.storageQueue({ queueName: POISON_QUEUE, connection: BATCH_CONNECTION });
  app.storageQueue('batch', {
    queueName: BATCH_QUEUE,
    connection: BATCH_CONNECTION,
    extraInputs: [durableClientInput()],
    extraOutputs: [poison],
    handler: async (message, context) => {
      const signal = AbortSignal.timeout(BATCH_CALL_MS);
      const failures: string[] = [];
      try {
        const opened = await open();
        const run: Messages['run'] = (uri, replay) => opened(uri, replay, { signal, context });
        await workOff(message, { run, log, signal, failures });
      } catch (error) {
        log.error('a message of the batch queue could not be worked off', {
          ...attemptOf(context),
          error,
        });
        throw error;
      }
      if (failures.length > 0) context.extraOutputs.set(poison, failures);
    },
  });
}

interface Messages {
  readonly run: (uri: string, replay: string) => Promise<void>;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Of the poison queue. */
  readonly failures: string[];
}

/** A file that fails does not keep those after it waiting; the first failure is the message's. */
async function workOff(message: unknown, { run, log, signal, failures }: Messages): Promise<void> {
  const remaining: unknown[] = [];
  const giveUp = (error: unknown, replay: unknown): void => {
    if (!isFinalError(error)) {
      remaining.push(error);
      return;
    }
    const { code, message: reason } = error;
    log.error('a file cannot be scored as it is; its message goes to the poison queue', { error });
    failures.push(poisonMessage(replay, `${code}: ${reason}`));
  };
  let events: ReturnType<typeof parseBlobEvents> = [];
  try {
    events = parseBlobEvents(message);
  } catch (error) {
    giveUp(error, message);
  }
  for (const event of events) {
    if (event.kind === 'left-out') {
      log.info('an event was left out', { why: event.why });
      continue;
    }
    signal.throwIfAborted();
    const replay = replayOf(event.uri);
    await run(event.uri, JSON.stringify(replay)).catch((error: unknown) => giveUp(error, replay));
  }
  if (remaining.length > 0) throw remaining[0];
}

/** The least that `parseBlobEvents` takes for the same blob. */
function replayOf(uri: string) {
  const [, container, host, key] = /^wasbs:\/\/([^@]+)@([^/]+)\/(.+)$/s.exec(uri) ?? [];
  return {
    eventType: 'Microsoft.Storage.BlobCreated',
    subject: `/blobServices/default/containers/${container}/blobs/${key}`,
    data: { url: `https://${host}/${container}` },
  };
}

const attemptOf = ({ triggerMetadata }: InvocationContext) => ({
  messageId: triggerMetadata?.['id'],
  received: triggerMetadata?.['dequeueCount'],
});
