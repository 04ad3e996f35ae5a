import { QueueServiceClient } from '@azure/storage-queue';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAzuriteQueues } from '../../helpers/azurite.ts';
import { runCli } from '../../helpers/run-cli.ts';

const QUEUE = 'mlflow-serverless-batch';
const POISON = `${QUEUE}-poison`;
const eventOf = (key: string) => ({
  eventType: 'Microsoft.Storage.BlobCreated',
  subject: `/blobServices/default/containers/files/blobs/${key}`,
  data: { url: `https://account.blob.core.windows.net/files/${key}` },
});

describe('batch redrive of a storage queue', () => {
  let azurite: Awaited<ReturnType<typeof startAzuriteQueues>>;
  let service: QueueServiceClient;
  beforeAll(async () => {
    azurite = await startAzuriteQueues();
    const { AZURE_STORAGE_CONNECTION_STRING: connection = '' } = azurite.environment;
    service = QueueServiceClient.fromConnectionString(connection);
    for (const name of [QUEUE, POISON]) await service.createQueue(name);
  });
  afterAll(() => azurite.close());
  beforeEach(async () => {
    for (const name of [QUEUE, POISON]) await service.getQueueClient(name).clearMessages();
    await put(JSON.stringify({ poison: eventOf('in/a.csv'), error: 'BAD_REQUEST: no header' }));
    await put(JSON.stringify(eventOf('in/b ü.csv'))); // as the host puts it there
    await put('nonsense');
  });

  const put = (text: string) =>
    service.getQueueClient(POISON).sendMessage(Buffer.from(text).toString('base64'));
  const textsIn = async (name: string) =>
    (
      await service.getQueueClient(name).peekMessages({ numberOfMessages: 32 })
    ).peekedMessageItems.map(({ messageText }) => Buffer.from(messageText, 'base64').toString());
  const redrive = (...more: string[]) =>
    runCli(
      ['batch', 'redrive', '--failures-url', `${azurite.url}/devstoreaccount1/${POISON}`, ...more],
      { environment: azurite.environment },
    );

  it('lists what is there, and leaves it there', async () => {
    const { exitCode, stdout, stderr } = await redrive();

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('wasbs://files@account.blob.core.windows.net/in/a.csv');
    expect(stdout).toContain('BAD_REQUEST: no header');
    expect(stdout).toContain('wasbs://files@account.blob.core.windows.net/in/b ü.csv');
    expect(stdout).toMatch(/message .*: not one about a file/);
    expect(await textsIn(POISON)).toHaveLength(3);
  });

  it('puts back those that are chosen, as the function takes them', async () => {
    const only = 'wasbs://files@account.blob.core.windows.net/in/a';

    const { exitCode, stdout } = await redrive('--replay', '--only', only, '--json');

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ replayed: true, error: 'BAD_REQUEST: no header' }]);
    expect(await textsIn(QUEUE)).toEqual([
      JSON.stringify({ poison: eventOf('in/a.csv'), error: 'BAD_REQUEST: no header' }),
    ]);
    expect(await textsIn(POISON)).toHaveLength(2);
  });

  it('says that a queue is not there', async () => {
    const { exitCode, stderr } = await runCli(
      ['batch', 'redrive', '--failures-url', `${azurite.url}/devstoreaccount1/nothing-poison`],
      { environment: azurite.environment },
    );

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/nothing-poison cannot be used: QueueNotFound/);
  });
});
