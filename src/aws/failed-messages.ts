import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { FailedMessage, FailedMessages } from '../cloud/failed-messages.ts';
import { describeFailure } from './describe-failure.ts';
import { queueOptions } from './queue-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
