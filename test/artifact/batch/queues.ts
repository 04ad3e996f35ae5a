import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { ensurePythonEnvironment } from '../../../scripts/python-env.ts';
import { startServer } from '../../interop/processes.ts';

/** For the function and the command line: credentials are not checked. */
export interface QueueServer {
  readonly url: string;
  readonly client: SQSClient;
  /** A queue of its own with a dead-letter queue behind it. */
  create(options?: QueueOptions): Promise<Queues>;
}

export interface QueueOptions {
  /** @default 3 */
  readonly maxReceives?: number;
  /** A message that was received comes again after it; s. @default 2 */
  readonly visibilitySeconds?: number;
}

export interface Queues {
  readonly client: SQSClient;
  readonly url: string;
  readonly arn: string;
  readonly failuresUrl: string;
  send(body: string): Promise<void>;
  /** Show a message again now, as if its visibility timeout were over. */
  show(receiptHandle: string): Promise<void>;
  /** Of all messages, also those that are being worked off. */
  count(): Promise<number>;
  /** What the dead-letter queue has; it stays there. */
  failures(): Promise<Message[]>;
}

const REGION = 'us-east-1';

/**
 * SQS as moto's server has it: receive counts, visibility timeouts, receipt handles and the redrive policy are there. It has no
 * StartMessageMoveTask. ElasticMQ has one, and needs Java, which nothing else here does.
 */
export async function startQueueServer(): Promise<QueueServer> {
  const bin = ensurePythonEnvironment('interop');
  const { url } = await startServer({
    command: [join(bin, 'moto_server'), '-p', '{port}'],
    healthPath: '/moto-api/',
  });
  const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
  const client = new SQSClient({ endpoint: url, region: REGION, credentials });
  let made = 0;
  const createQueue = async (name: string, attributes: Record<string, string>) => {
    const created = new CreateQueueCommand({ QueueName: name, Attributes: attributes });
    return (await client.send(created)).QueueUrl as string;
  };
  return {
    url,
    client,
    async create({ maxReceives = 3, visibilitySeconds = 2 } = {}) {
      made += 1;
      const number = made; // others may be made meanwhile
      const failuresUrl = await createQueue(`failures-${number}`, { VisibilityTimeout: '0' });
      const deadLetterTargetArn = await attribute(client, failuresUrl, 'QueueArn');
      const queueUrl = await createQueue(`files-${number}`, {
        VisibilityTimeout: String(visibilitySeconds),
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: maxReceives }),
      });
      return {
        client,
        url: queueUrl,
        arn: await attribute(client, queueUrl, 'QueueArn'),
        failuresUrl,
        send: async (MessageBody) =>
          void (await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }))),
        show: async (ReceiptHandle) => {
          const shown = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 };
          await client.send(new ChangeMessageVisibilityCommand(shown));
        },
        count: async () =>
          Number(await attribute(client, queueUrl, 'ApproximateNumberOfMessages')) +
          Number(await attribute(client, queueUrl, 'ApproximateNumberOfMessagesNotVisible')),
        failures: async () => {
          const received = new ReceiveMessageCommand({
            ...{ QueueUrl: failuresUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0 },
            ...{ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
          });
          return (await client.send(received)).Messages ?? [];
        },
      };
    },
  };
}

async function attribute(
  client: SQSClient,
  QueueUrl: string,
  name: 'QueueArn' | 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesNotVisible',
): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] });
  return (await client.send(command)).Attributes?.[name] ?? '';
}
