import type { QueueClient, RestError } from '@azure/storage-queue';
import type { FailedMessage, FailedMessages } from '../cloud/failed-messages.ts';
import { ServingError } from '../errors.ts';
import { onceUnlessFailed } from '../once.ts';
import { decodeQueueText, encodeQueueText } from './queue-text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A queue of Azure Storage, as the Functions host reads it: texts in base64. */
export interface StorageQueue extends FailedMessages {
  /** Throws as `receiveAll`. */
  send(body: string): Promise<void>;
}

/** Longer than it takes to go through a long queue; s. */
const HELD_SECONDS = 300;
/** What one call gives. */
const BATCH = 32;

/**
 * @param queueUrl `https://<account>.queue.core.windows.net/<queue>`
 * @param environment `AZURE_STORAGE_CONNECTION_STRING`, else an identity, as for Blob Storage
 */
export function openStorageQueue(queueUrl: string, environment: Environment): StorageQueue {
  const name = /([^/]*)\/*$/.exec(queueUrl)?.[1] ?? '';
  const open = onceUnlessFailed(async (): Promise<QueueClient> => {
    const sdk = await import('@azure/storage-queue');
    const connection = environment['AZURE_STORAGE_CONNECTION_STRING']?.trim();
    if (connection) {
      return sdk.QueueServiceClient.fromConnectionString(connection).getQueueClient(name);
    }
    const { findAzureCredential } = await import('./azure-credential.ts');
    return new sdk.QueueClient(queueUrl, findAzureCredential(environment));
  });
  const ask = async <T>(work: (client: QueueClient) => Promise<T>): Promise<T> => {
    try {
      return await work(await open());
    } catch (error) {
      throw describe(error, queueUrl);
    }
  };
  const receipts = ({ receiptHandle, id }: FailedMessage) => [id, receiptHandle] as const;

  return {
    async receiveAll({ signal } = {}) {
      const found = new Map<string, FailedMessage>();
      for (;;) {
        signal?.throwIfAborted();
        const options = {
          ...{ numberOfMessages: BATCH, visibilityTimeout: HELD_SECONDS },
          ...(signal && { abortSignal: signal }),
        };
        const { receivedMessageItems } = await ask((client) => client.receiveMessages(options));
        if (receivedMessageItems.length === 0) break;
        for (const each of receivedMessageItems) {
          const body = decodeQueueText(each.messageText);
          found.set(each.messageId, {
            id: each.messageId,
            body,
            sentAtMs: each.insertedOn.getTime(),
            receives: each.dequeueCount,
            receiptHandle: each.popReceipt,
            ...errorIn(body),
          });
        }
      }
      return [...found.values()].sort((a, b) => a.sentAtMs - b.sentAtMs);
    },
    remove: (message) =>
      ask(async (client) => void (await client.deleteMessage(...receipts(message)))),
    async release(messages) {
      for (const message of messages) {
        await ask((client) => client.updateMessage(...receipts(message), undefined, 0));
      }
    },
    send: (body) =>
      ask(
        async (client) =>
          void (await client.sendMessage(encodeQueueText(body), { messageTimeToLive: -1 })),
      ),
  };
}

/** Why a message is in the poison queue, if the function said so: the host does not. */
function errorIn(body: string): { error?: string } {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? { error } : {};
  } catch {
    return {};
  }
}

const CODE_BY_STATUS = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
} as const;

function describe(error: unknown, queueUrl: string): unknown {
  if (!(error instanceof Error) || error instanceof ServingError || error.name === 'AbortError') {
    return error;
  }
  const { statusCode, code } = error as RestError;
  const meaning = CODE_BY_STATUS[statusCode as keyof typeof CODE_BY_STATUS];
  const reason = code ?? error.name;
  const need =
    meaning === 'PERMISSION_DENIED' ? '; it takes the role "Storage Queue Data Contributor"' : '';
  return new ServingError(
    meaning ?? 'TEMPORARILY_UNAVAILABLE',
    `queue ${queueUrl} cannot be used: ${reason}${need}`,
    { cause: error },
  );
}
