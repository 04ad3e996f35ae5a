import { parseCreatedObjects } from '../adapters/aws/batch-events.ts';
import { type FailedMessage, openFailedMessages } from '../aws/failed-messages.ts';
import { createMessageQueue, type MessageQueue } from '../aws/message-queue.ts';
import { EXIT } from './failure.ts';
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
  const signal = untilInterrupted('messages that were received are seen again in 5 minutes');
  const urls = await findBatchQueues(options, replay);
  const failures = openFailedMessages(urls.failures, process.env);
  const messages = await failures.receiveAll({ signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const chosen = messages
    .map((message) => ({ message, uris: urisOf(message) }))
    .filter(({ uris }) => only === undefined || uris.some((uri) => uri.startsWith(only)));
  const held = new Set(messages);
  const sendBack = async (queue: MessageQueue, message: FailedMessage): Promise<void> => {
    await queue.send(message.body);
    await failures.remove(message);
    held.delete(message);
  };
  try {
    if (replay) {
      const queue = createMessageQueue(urls.queue as string, process.env);
      for (let from = 0; from < chosen.length; from += PARALLEL) {
        signal.throwIfAborted();
        const next = chosen.slice(from, from + PARALLEL);
        const sent = await Promise.allSettled(next.map(({ message }) => sendBack(queue, message)));
        for (const each of sent) if (each.status === 'rejected') throw each.reason;
      }
    }
  } finally {
    await failures.release([...held]);
  }
  const files = chosen.map(({ message, uris }): FailedFile => {
    const { body: _, receiptHandle: __, sentAtMs, ...shown } = message;
    return { ...shown, uris, sentAt: new Date(sentAtMs).toISOString(), replayed: replay };
  });
  process.stdout.write(
    options.json ? `${JSON.stringify(files, null, 2)}\n` : redriveText(files, urls.failures),
  );
  return EXIT.ok;
}

/** Of a message that was never one of S3's, none. */
function urisOf({ body }: FailedMessage): string[] {
  try {
    return parseCreatedObjects(body).map(({ bucket, key }) => `s3://${bucket}/${key}`);
  } catch {
    return []; // its error is in the list
  }
}
