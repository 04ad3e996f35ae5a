import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { describeFailure } from './describe-failure.ts';
import { queueOptions } from './queue-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface FailedMessage {
  readonly id: string;
  readonly body: string;
  /** Milliseconds since 1970, when it was first sent. */
  readonly sentAtMs: number;
  /** How often it was received, here and in the queue that it comes from. */
  readonly receives: number;
  /** Why it is here, when whoever put it here has said so. */
  readonly error?: string;
  /** ARN of the state machine's execution that put it here. */
  readonly execution?: string;
  /** For `remove` and `release`. */
  readonly receiptHandle: string;
}

/** The messages of a dead-letter queue. */
export interface FailedMessages {
  /**
   * All of them, the oldest first. Nobody else sees them until they are released, or `HELD_SECONDS` are over: SQS has no way to look at
   * messages without receiving them.
   *
   * @throws {ServingError} PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE …
   */
  receiveAll(options?: { readonly signal?: AbortSignal }): Promise<FailedMessage[]>;
  /** Throws as `receiveAll`. */
  remove(message: FailedMessage): Promise<void>;
  /** Let others see them at once. Throws as `receiveAll`; what was not released is seen later. */
  release(messages: readonly FailedMessage[]): Promise<void>;
}

/** Longer than it takes to go through a long queue. */
const HELD_SECONDS = 300;
/** What one call of SQS takes or gives. */
const BATCH = 10;
/** A long poll asks all of SQS's servers; a short one finds some of the messages. s. */
const WAIT_SECONDS = 1;

/**
 * @param environment see `queueOptions`
 * @throws {ServingError} INVALID_PARAMETER_VALUE as `queueOptions`
 */
export function openFailedMessages(queueUrl: string, environment: Environment): FailedMessages {
  const client = new SQSClient(queueOptions(queueUrl, environment));
  const QueueUrl = queueUrl;
  const calling = (action: string) => (error: unknown) => {
    throw describeFailure(error, { place: `queue ${queueUrl}`, permission: `sqs:${action}` });
  };
  const receive = new ReceiveMessageCommand({
    ...{ QueueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: WAIT_SECONDS },
    VisibilityTimeout: HELD_SECONDS,
    MessageSystemAttributeNames: ['SentTimestamp', 'ApproximateReceiveCount'],
    MessageAttributeNames: ['error', 'execution'],
  });
  return {
    async receiveAll({ signal } = {}) {
      const found = new Map<string, FailedMessage>();
      for (;;) {
        const options = { ...(signal && { abortSignal: signal }) };
        const answer = await client.send(receive, options).catch(calling('ReceiveMessage'));
        const messages = answer.Messages ?? [];
        if (messages.length === 0) break;
        // One that comes twice has a new receipt.
        for (const message of messages.map(toFailed)) found.set(message.id, message);
      }
      return [...found.values()].sort((a, b) => a.sentAtMs - b.sentAtMs);
    },
    async remove({ receiptHandle: ReceiptHandle }) {
      await client
        .send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
        .catch(calling('DeleteMessage'));
    },
    async release(messages) {
      for (let from = 0; from < messages.length; from += BATCH) {
        const Entries = messages.slice(from, from + BATCH).map(({ receiptHandle }, index) => ({
          ...{ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 },
        }));
        await client
          .send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
          .catch(calling('ChangeMessageVisibility'));
      }
    },
  };
}

function toFailed(message: Message): FailedMessage {
  const { MessageId = '', Body = '', ReceiptHandle = '', Attributes = {} } = message;
  const { error, execution } = message.MessageAttributes ?? {};
  return {
    id: MessageId,
    body: Body,
    sentAtMs: Number(Attributes.SentTimestamp),
    receives: Number(Attributes.ApproximateReceiveCount),
    receiptHandle: ReceiptHandle,
    ...(error?.StringValue && { error: error.StringValue }),
    ...(execution?.StringValue && { execution: execution.StringValue }),
  };
}
