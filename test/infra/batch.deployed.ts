import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointFileInput } from '../../src/config/endpoint-schema.ts';
import { checkDefinition, type Definition } from '../helpers/asl/definition.ts';
import { stopServers } from '../interop/processes.ts';
import { type Cloud, type CloudContents, type FunctionThere, startCloud } from './cloud.ts';
import { REGION } from './resolve-intrinsics.ts';

const FILE = {
  name: 'files',
  model: 'models:/wine@champion',
  auth: 'none',
  batch: {
    input: 's3://my-files/in',
    output: 's3://my-files/out',
    maxReceives: 3,
    timeoutSeconds: 300,
    alarmTopicArn: 'arn:aws:sns:us-east-1:123456789012:alarms',
  },
} as const satisfies EndpointFileInput;

let cloud: Cloud;
let there: CloudContents;
let outputs: Record<string, string>;
const directory = mkdtempSync(join(tmpdir(), 'endpoint-'));
const path = join(directory, 'endpoint.yaml');
const context = ['-c', `endpoint=${path}`];

beforeAll(async () => {
  writeFileSync(path, JSON.stringify(FILE)); // JSON is YAML, too
  cloud = await startCloud();
  cloud.cdk('deploy', ...context);
  there = cloud.contents();
  outputs = cloud.outputs('files');
}, 600_000);

afterAll(async () => {
  rmSync(directory, { recursive: true });
  await cloud?.stop();
  await stopServers();
});

const clientOptions = () => {
  const { environment } = cloud;
  return {
    endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
    region: REGION,
    credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
  };
};

async function queue(url: string | undefined): Promise<Record<string, string>> {
  const client = new SQSClient(clientOptions());
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
  return (await client.send(command)).Attributes ?? {};
}

const functionsOfBatch = (): [string, FunctionThere][] =>
  Object.entries(there.functions).filter(([, { Handler }]) => Handler === 'batch.handler');

describe('cdk deploy of an endpoint file with batch', () => {
  it('makes queues that know each other, and hides messages for six time-outs', async () => {
    const [files, failures] = await Promise.all([
      queue(outputs['BatchQueueUrl']),
      queue(outputs['BatchFailuresUrl']),
    ]);

    expect(files['VisibilityTimeout']).toBe('1800');
    expect(JSON.parse(files['RedrivePolicy'] ?? '')).toMatchObject({
      deadLetterTargetArn: failures['QueueArn'],
      maxReceiveCount: 3,
    });
    for (const { SqsManagedSseEnabled, MessageRetentionPeriod } of [files, failures]) {
      expect([SqsManagedSseEnabled, MessageRetentionPeriod]).toEqual(['true', '1209600']);
    }
  });

  it('makes a state machine that calls the function without queues, and knows where messages go', async () => {
    const client = new SFNClient(clientOptions());
    const stateMachineArn = outputs['BatchStateMachineArn'];
    const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    const definition = JSON.parse(machine.definition ?? '') as Definition;
    const [task] =
      functionsOfBatch().find(([, { environment }]) => !(QUEUE_URL in environment)) ?? [];

    expect(() => checkDefinition(definition)).not.toThrow();
    expect(definition.States['Plan']).toMatchObject({
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: expect.stringMatching(`:function:${task}$`) },
    });
    expect(definition.States['KeepMessage']).toMatchObject({
      Parameters: { QueueUrl: outputs['BatchFailuresUrl'] },
    });
  });

  it('makes functions with the names of what they use', () => {
    const environments = functionsOfBatch().map(([, { environment }]) => environment);
    const worker = environments.find((environment) => QUEUE_URL in environment);

    expect(environments).toHaveLength(2);
    expect(worker).toMatchObject({
      [QUEUE_URL]: outputs['BatchQueueUrl'],
      MLFLOW_SERVERLESS_BATCH_FAILURES_URL: outputs['BatchFailuresUrl'],
      MLFLOW_SERVERLESS_BATCH_STATE_MACHINE: outputs['BatchStateMachineArn'],
      MLFLOW_REGISTRY_URI: outputs['RegistryUri'],
    });
  });

  it('makes alarms that watch what was made, and tell the topic', () => {
    const nameOf = (output: string) => outputs[output]?.split(/[/:]/).at(-1);
    const failures = nameOf('BatchFailuresUrl');
    const actions = [FILE.batch.alarmTopicArn];

    expect(there.alarms).toEqual({
      'Files could not be scored': {
        metric: 'ApproximateNumberOfMessagesVisible',
        threshold: 1,
        of: [failures],
        actions,
      },
      'Files that could not be scored are forgotten in a few days': {
        metric: 'ApproximateAgeOfOldestMessage',
        threshold: 864_000,
        of: [failures],
        actions,
      },
      'Files wait too long to be scored': {
        metric: 'ApproximateAgeOfOldestMessage',
        threshold: 3_600,
        of: [nameOf('BatchQueueUrl')],
        actions,
      },
      'A batch run failed': {
        metric: 'ExecutionsFailed',
        threshold: 1,
        of: [outputs['BatchStateMachineArn']],
        actions,
      },
    });
  });

  it('leaves nothing out, changes nothing again, and leaves nothing behind', async () => {
    expect(cloud.ignored()).toEqual([]);
    expect(cloud.cdk('deploy', ...context)).toContain('(no changes)');

    cloud.cdk('destroy', '--force', ...context);

    const { functions, logGroups, alarms } = cloud.contents();
    expect([functions, logGroups, alarms]).toEqual([{}, {}, {}]);
    await expect(queue(outputs['BatchQueueUrl'])).rejects.toThrow();
  }, 300_000);
});

const QUEUE_URL = 'MLFLOW_SERVERLESS_BATCH_QUEUE_URL';
