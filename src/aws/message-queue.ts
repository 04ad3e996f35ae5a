import { onceUnlessFailed } from '../once.ts';
import { describeFailure } from './describe-failure.ts';
import { queueOptions } from './queue-options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface MessageQueue {
  /**
   * @param attributes texts; what SQS does not take of them is left out
   * @throws {ServingError} PERMISSION_DENIED, RESOURCE_DOES_NOT_EXIST, TEMPORARILY_UNAVAILABLE …
   */
  send(body: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** Let a message that was received come again after this long; s. Throws as `send`. */
  comeBackIn(receiptHandle: string, seconds: number): Promise<void>;
}

/** Characters of an attribute: the message itself has 256 KiB or more with them. */
const MAX_ATTRIBUTE = 2_000;

/**
 * A queue of SQS. Its client is loaded with the first call: it takes long, and most functions never make one.
 *
 * @param environment see `queueOptions`
 * @throws {ServingError} INVALID_PARAMETER_VALUE as `queueOptions`
 */
export function createMessageQueue(queueUrl: string, environment: Environment): MessageQueue {
  const options = queueOptions(queueUrl, environment);
  const QueueUrl = queueUrl;
  const open = onceUnlessFailed(async () => {
    const sdk = await import('@aws-sdk/client-sqs');
    return { ...sdk, client: new sdk.SQSClient(options) };
  });
  const place = `queue ${queueUrl}`;
  return {
    async send(MessageBody, attributes = {}) {
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, text]) => [
          name,
          { DataType: 'String', StringValue: takenBySqs(text) || '-' },
        ]),
      );
      const { client, SendMessageCommand } = await open();
      await client
        .send(new SendMessageCommand({ QueueUrl, MessageBody, MessageAttributes }))
        .catch((error: unknown) => {
          throw describeFailure(error, { place, permission: 'sqs:SendMessage' });
        });
    },
    async comeBackIn(ReceiptHandle, VisibilityTimeout) {
      const { client, ChangeMessageVisibilityCommand } = await open();
      const change = { QueueUrl, ReceiptHandle, VisibilityTimeout };
      await client.send(new ChangeMessageVisibilityCommand(change)).catch((error: unknown) => {
        throw describeFailure(error, { place, permission: 'sqs:ChangeMessageVisibility' });
      });
    },
  };
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const takenBySqs = (text: string): string =>
  text
    .slice(0, MAX_ATTRIBUTE)
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what SQS refuses
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ');
