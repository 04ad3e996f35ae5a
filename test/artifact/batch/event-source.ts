import { DeleteMessageCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Answer } from '../runtime-api.ts';
import type { Queues } from './queues.ts';

/** One instance of a function: see `createInstance`. */
export interface Instance {
  /** Rejects when its process ends first, or runs out of time. */
  invoke(event: unknown): Promise<Answer>;
}

export interface Received {
  readonly body: string;
  /** With this time. */
  readonly count: number;
  readonly receiptHandle: string;
}

/** What became of one batch of messages. */
export interface Delivery {
  readonly received: readonly Received[];
  readonly deleted: number;
  /** Undefined when the function failed as a whole: nothing is deleted then. */
  readonly answer: Answer | undefined;
}

/**
 * What Lambda's event source mapping does once: receive, invoke, delete what the function did not name. A function that
 * fails, ends or runs out of time gets the whole batch again, when the queue's visibility timeout is over.
 *
 * @returns undefined when no message was visible for a second
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export async function deliver(
  queue: Queues,
  instance: Instance,
  { batchSize = 10 } = {},
): Promise<Delivery | undefined> {
  const received = await queue.client.send(
    new ReceiveMessageCommand({
      ...{ QueueUrl: queue.url, MaxNumberOfMessages: batchSize, WaitTimeSeconds: 1 },
      ...{ MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] },
    }),
  );
  const messages = received.Messages ?? [];
  if (messages.length === 0) return undefined;
  const records = messages.map((message) => toRecord(message, queue.arn));
  const answer = await instance
    .invoke({ Records: records } satisfies SQSEvent)
    .catch(() => undefined); // it was ended; the test looks at what became of it
  const done = answer === undefined ? [] : records.filter(isDone(answer, records));
  for (const { receiptHandle: ReceiptHandle } of done) {
    await queue.client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
  }
  return {
    answer,
    deleted: done.length,
    received: records.map(({ body, attributes, receiptHandle }) => ({
      ...{ body, receiptHandle },
      count: Number(attributes.ApproximateReceiveCount),
    })),
  };
}

/** Deliver until the queue has no message left, nor any that is being worked off. */
export async function drain(
  queue: Queues,
  instance: Instance,
  options: { readonly batchSize?: number } = {},
): Promise<Delivery[]> {
  const deliveries: Delivery[] = [];
  do {
    const delivery = await deliver(queue, instance, options);
    if (delivery) deliveries.push(delivery);
  } while ((await queue.count()) > 0);
  return deliveries;
}

function toRecord(message: Message, eventSourceARN: string): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '' } = message;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'us-east-1',
  };
}

/** An answer that names something else than messages of the batch is a failure of the whole. */
function isDone({ kind, body }: Answer, records: readonly SQSRecord[]) {
  if (kind === 'error') return () => false;
  const answer = body as { batchItemFailures?: { itemIdentifier?: unknown }[] | null } | null;
  const failed = (answer?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const ids: unknown[] = records.map(({ messageId }) => messageId);
  if (!failed.every((id) => ids.includes(id))) return () => false;
  return ({ messageId }: SQSRecord) => !failed.includes(messageId);
}
