import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../helpers/run-cli.ts';
import { stopServers } from '../../interop/processes.ts';
import { fromBus, fromS3 } from './messages.ts';
import { type QueueServer, type Queues, startQueueServer } from './queues.ts';
import { awsEnvironment, redrive } from './redrive.ts';

let server: QueueServer;
let queues: Queues;

beforeAll(async () => {
  server = await startQueueServer();
}, 300_000);
afterAll(() => stopServers());
beforeEach(async () => {
  queues = await server.create();
});

/** As the function does. */
async function fail(MessageBody: string, error?: string, execution?: string): Promise<void> {
  const MessageAttributes = {
    error: { DataType: 'String', StringValue: error },
    ...(execution && { execution: { DataType: 'String', StringValue: execution } }),
  };
  const QueueUrl = queues.failuresUrl;
  await queues.client.send(
    new SendMessageCommand({ QueueUrl, MessageBody, ...(error && { MessageAttributes }) }),
  );
}

const told = (key: string) => ({ bucket: 'files', key });
const bodies = async () => (await queues.failures()).map(({ Body }) => Body);

describe('batch redrive', () => {
  it('lists what failed, with reason, age and receives, and leaves it there for others', async () => {
    await fail(fromBus(told('in/a.csv')), 'BAD_REQUEST: column "x"\nis missing');
    await fail(fromS3(told('in/b c.csv'), told('in/d.csv')));
    await fail('{"a":1}');
    await fail(fromBus(told('in/e.csv')), 'BAD_REQUEST', 'arn:aws:states:x');

    const { exitCode, stdout, stderr } = await redrive(server, queues);

    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout.replace(/\d+ s old/g, 'N s old').replace(/message \S+:/, 'message ID:')).toBe(
      [
        's3://files/in/a.csv',
        '  N s old, received once',
        '  BAD_REQUEST: column "x" is missing',
        's3://files/in/b c.csv',
        's3://files/in/d.csv',
        '  N s old, received once',
        '  it says no reason: the log of the function does',
        'message ID: not one about a file',
        '  N s old, received once',
        '  it says no reason: the log of the function does',
        's3://files/in/e.csv',
        '  N s old, received once',
        '  BAD_REQUEST',
        '  arn:aws:states:x',
        '4 messages; when the cause is mended, send them back with --replay',
        '',
      ].join('\n'),
    );
    expect(await queues.failures()).toHaveLength(4);
    expect(await queues.count()).toBe(0);
  });

  it('lists more messages than one call of SQS gives', async () => {
    const keys = Array.from({ length: 37 }, (_, i) => `in/${i}.csv`);
    await Promise.all(keys.map((key) => fail(fromBus(told(key)))));

    const listed = JSON.parse((await redrive(server, queues, '--json')).stdout);

    expect(listed.map(({ uris }: { uris: string[] }) => uris[0]).sort()).toEqual(
      keys.map((key) => `s3://files/${key}`).sort(),
    );
    expect(listed[0]).toMatchObject({ receives: 1, replayed: false });
  });

  it('sends all back, as they were', async () => {
    const messages = Array.from({ length: 23 }, (_, i) => fromS3(told(`in/${i}.csv`)));
    for (const message of messages) await fail(message, 'INTERNAL_ERROR: x');

    const { exitCode, stdout } = await redrive(server, queues, '--replay');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('23 messages sent back to the queue\n');
    expect(await queues.failures()).toEqual([]);
    expect(await queues.count()).toBe(23);
  });

  it('sends back only what was asked for', async () => {
    const other = fromBus(told('in/other/a.csv'));
    await fail(fromBus(told('in/2026/a.csv')));
    await fail(other);
    await fail('no message of S3');

    const { stdout } = await redrive(server, queues, '--replay', '--only', 's3://files/in/2026/');

    expect(stdout).toContain('1 message sent back to the queue\n');
    expect(await queues.count()).toBe(1);
    expect((await bodies()).sort()).toEqual([other, 'no message of S3'].sort());
  });

  it('keeps what cannot be sent', async () => {
    const message = fromBus(told('in/a.csv'));
    await fail(message);

    const { exitCode, stderr } = await runCli(
      ['batch', 'redrive', '--replay', '--failures-url', queues.failuresUrl].concat(
        '--queue-url',
        `${server.url}/000000000000/nowhere`,
      ),
      { environment: awsEnvironment(server) },
    );

    expect(exitCode).toBe(1);
    expect(stderr).toContain('0 of 1 messages were sent back');
    expect(stderr).toContain('nowhere does not exist');
    expect(await bodies()).toEqual([message]);
  });

  it('says that there is nothing', async () => {
    const { exitCode, stdout } = await redrive(server, queues, '--replay');

    expect(exitCode).toBe(0);
    expect(stdout).toBe(`nothing to replay in ${queues.failuresUrl}\n`);
  });

  it.each([
    [[], 'no dead-letter queue is named'],
    [['--replay', '--failures-url', 'http://127.0.0.1:1/q'], 'no queue to send messages to'],
    [['--list', '--replay'], "'--list' cannot be used with option '--replay'"],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await runCli(['batch', 'redrive', ...args], { cwd: tmpdir() });

    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });

  it('finds the queues of a deployed endpoint file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redrive-'));
    const file = join(folder, 'endpoint.yaml');
    writeFileSync(
      file,
      readFileSync('endpoint.yaml', 'utf8').replace(/^name: .*$/m, 'name: wine-batch'),
    );
    const Outputs = {
      BatchQueueUrl: { Value: queues.url },
      BatchFailuresUrl: { Value: queues.failuresUrl },
    };
    const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
    const Resources = { Other: { Type: 'AWS::SQS::Queue' } };
    await new CloudFormationClient({ endpoint: server.url, region: 'us-east-1', credentials }).send(
      new CreateStackCommand({
        StackName: 'wine-batch',
        TemplateBody: JSON.stringify({ Resources, Outputs }),
      }),
    );
    await fail(fromBus(told('in/a.csv')));

    const { exitCode, stdout, stderr } = await runCli(
      ['batch', 'redrive', '--replay', '-c', file],
      {
        environment: awsEnvironment(server),
      },
    );
    rmSync(folder, { recursive: true });

    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('1 message sent back to the queue\n');
    expect(await queues.count()).toBe(1);
  });
});
