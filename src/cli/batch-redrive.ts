import { parseCreatedObjects } from '../adapters/aws/batch-events.ts';
import { parseBlobEvents } from '../adapters/azure/blob-events.ts';
import { openFailedMessages } from '../aws/failed-messages.ts';
import { createMessageQueue, type MessageQueue } from '../aws/message-queue.ts';
import { isStorageQueue } from '../azure/is-storage-queue.ts';
import type { FailedMessage, FailedMessages } from '../cloud/failed-messages.ts';
import { EXIT, failureLine } from './failure.ts';
import { type BatchQueueOptions, findBatchQueues } from './find-batch-queues.ts';
import { type FailedFile, redriveText } from './redrive-text.ts';
import { untilInterrupted } from './until-interrupted.ts';

export interface BatchRedriveOptions extends BatchQueueOptions {
  /** Send them back to the queue. */
  readonly replay?: boolean;
  /** Only messages that tell of a file whose URI begins with this. */
  readonly only?: string;
  readonly json?: boolean;
}

/** Messages that are sent at once. */
const PARALLEL = 10;

/**
 * List the messages of the dead-letter queue, or have their files scored again.
 *
 * Each is sent and then removed, so that none is lost: one that is there twice is scored once. All are received before the first
 * is sent, so that one that fails again at once is not taken for another.
 */
export async function batchRedrive(options: BatchRedriveOptions): Promise<number> {
  const { replay = false, only } = options;
  const signal = untilInterrupted('what was not sent back stays in the dead-letter queue');
  const urls = await findBatchQueues(options, replay);
  const failures = await openFailures(urls.failures);
  const messages = await failures.receiveAll({ signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const files = messages
    .map((message) => ({ message, uris: urisOf(message) }))
    .filter(({ uris }) => only === undefined || uris.some((uri) => uri.startsWith(only)));
  const held = new Set(messages);
  const chosen = files.map(({ message }) => message);
  try {
    const queue = replay && (await openQueue(urls.queue as string));
    if (queue) await sendBack(chosen, { queue, failures, held, signal });
  } catch (error) {
    const sent = messages.length - held.size;
    process.stderr.write(
      `mlflow-serverless: ${sent} of ${chosen.length} messages were sent back\n`,
    );
    throw error;
  } finally {
    await failures.release([...held]).catch((error: unknown) => {
      process.stderr.write(`mlflow-serverless: hidden for 5 minutes: ${failureLine(error)}\n`);
    });
  }
  const shown = files.map(({ message, uris }) => describe(message, uris, replay));
  process.stdout.write(
    options.json ? `${JSON.stringify(shown, null, 2)}\n` : redriveText(shown, urls.failures),
  );
  return EXIT.ok;
}

/** Of SQS, or of Azure Storage. */
async function openFailures(url: string): Promise<FailedMessages> {
  if (!isStorageQueue(url, process.env)) return openFailedMessages(url, process.env);
  return (await import('../azure/storage-queue.ts')).openStorageQueue(url, process.env);
}

async function openQueue(url: string): Promise<Pick<MessageQueue, 'send'>> {
  if (!isStorageQueue(url, process.env)) return createMessageQueue(url, process.env);
  return (await import('../azure/storage-queue.ts')).openStorageQueue(url, process.env);
}

interface SendingBack {
  readonly queue: Pick<MessageQueue, 'send'>;
  readonly failures: FailedMessages;
  /** Those that are sent are taken out of it. */
  readonly held: Set<FailedMessage>;
  readonly signal: AbortSignal;
}

async function sendBack(
  messages: readonly FailedMessage[],
  { queue, failures, held, signal }: SendingBack,
): Promise<void> {
  const sendOne = async (message: FailedMessage): Promise<void> => {
    await queue.send(message.body);
    await failures.remove(message);
    held.delete(message);
  };
  for (let from = 0; from < messages.length; from += PARALLEL) {
    signal.throwIfAborted();
    const sent = await Promise.allSettled(messages.slice(from, from + PARALLEL).map(sendOne));
    for (const each of sent) if (each.status === 'rejected') throw each.reason;
  }
}

function describe(message: FailedMessage, uris: string[], replayed: boolean): FailedFile {
  const { body: _, receiptHandle: __, sentAtMs, ...shown } = message;
  return { ...shown, uris, sentAt: new Date(sentAtMs).toISOString(), replayed };
}

/** Of a message that was never one about files, none. */
function urisOf({ body }: FailedMessage): string[] {
  try {
    return parseCreatedObjects(body).map(({ bucket, key }) => `s3://${bucket}/${key}`);
  } catch {
    return blobsOf(body);
  }
}

function blobsOf(body: string): string[] {
  try {
    return parseBlobEvents(body).flatMap((event) => (event.kind === 'created' ? event.uri : []));
  } catch {
    return []; // its error is in the list
  }
}
