import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket, EventType } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { describe, expect, it } from 'vitest';
import { batchRunDefinition } from '../../infra/aws/constructs/batch-run-definition.ts';
import { BatchScoring } from '../../infra/aws/constructs/batch-scoring.ts';
import { ModelStore } from '../../infra/aws/constructs/model-store.ts';
import { permissionsIn } from './permissions.ts';
import { someCode, templateOf } from './synth.ts';

const MAPPING = 'AWS::Lambda::EventSourceMapping';
const FUNCTION = 'AWS::Lambda::Function';

const functions = (template: Template) =>
  Object.values(template.findResources(FUNCTION, { Properties: { Handler: 'batch.handler' } })).map(
    ({ Properties }) => Properties,
  );

/** The state machine's definition, with what is only known in AWS left out. */
function definitionOf(template: Template) {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine'));
  const text = machine?.['Properties'].DefinitionString;
  const parts = text['Fn::Join'][1] as (string | object)[];
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : 'token')).join(''));
}

describe('batch of a stack', () => {
  it('is not there without batch in the file', () => {
    templateOf('auth none').resourceCountIs('AWS::SQS::Queue', 0);
    templateOf('auth none').resourceCountIs('AWS::StepFunctions::StateMachine', 0);
  });

  it('takes one message at a time, gives back what failed, and runs no more at once than was said', () => {
    templateOf('batch').hasResourceProperties(MAPPING, {
      BatchSize: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    templateOf('batch with everything').hasResourceProperties(MAPPING, {
      ScalingConfig: { MaximumConcurrency: 50 },
    });
  });

  it.each([
    ['batch', 900],
    ['batch with everything', 600],
  ])('of "%s" waits six time-outs of %d s for a message', (name, timeout) => {
    const template = templateOf(name);

    expect(functions(template).map(({ Timeout }) => Timeout)).toEqual([timeout, timeout]);
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: timeout * 6 });
  });

  it('has two functions: only the one that works off the queue knows queues and state machine', () => {
    const [task, queue] = functions(templateOf('batch with everything')).map(
      ({ Environment }) => Environment.Variables,
    );

    expect(task).toMatchObject({
      MLFLOW_SERVERLESS_MODEL_URI: 'models:/wine@champion',
      MLFLOW_SERVERLESS_BATCH_INPUT: 's3://my-files/a/in',
      MLFLOW_SERVERLESS_BATCH_OUTPUT: 's3://my-results/out',
      MLFLOW_SERVERLESS_BATCH_FORMAT: 'parquet',
      MLFLOW_SERVERLESS_BATCH_MAX_REFUSED_RATIO: '0.01',
      MLFLOW_SERVERLESS_BATCH_DISTRIBUTE_ABOVE_BYTES: '268435456',
      MLFLOW_SERVERLESS_BATCH_RANGE_BYTES: '134217728',
    });
    const more = Object.keys(queue).filter((name) => !(name in task));
    expect(more.toSorted()).toEqual([
      'MLFLOW_SERVERLESS_BATCH_FAILURES_URL',
      'MLFLOW_SERVERLESS_BATCH_QUEUE_URL',
      'MLFLOW_SERVERLESS_BATCH_STATE_MACHINE',
    ]);
  });

  it('hears of new files below the prefix, and of nothing else', () => {
    templateOf('batch').hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['my-files'] }, object: { key: [{ prefix: 'in/' }] } },
      },
      Targets: [Match.objectLike({ DeadLetterConfig: Match.anyValue() })],
    });
    templateOf('batch with everything').resourceCountIs('AWS::Events::Rule', 0);
  });

  it('runs what an image holds with the same handler', () => {
    templateOf('python with batch').hasResourceProperties(FUNCTION, {
      PackageType: 'Image',
      ImageConfig: {
        Command: ['batch.handler'],
        EntryPoint: Match.arrayWith(['_HANDLER=batch.handler']),
      },
    });
  });

  it('scores the items of a plan with the wishes of the file', () => {
    const { States: states } = definitionOf(templateOf('batch with everything'));

    expect(states.Score).toMatchObject({
      ItemReader: { ReaderConfig: { InputType: 'JSONL' } },
      MaxConcurrency: 500,
      ToleratedFailurePercentage: 5,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } },
    });
    for (const name of ['Plan', 'Score', 'Finish']) {
      expect(states[name].Catch).toEqual([expect.objectContaining({ Next: 'IsMessage' })]);
    }
  });

  it('tells a topic of every alarm, if there is one', () => {
    const ALARM = 'AWS::CloudWatch::Alarm';
    const actions = (name: string) =>
      Object.values(templateOf(name).findResources(ALARM)).map(
        ({ Properties }) => Properties.AlarmActions,
      );
    const topic = ['arn:aws:sns:eu-central-1:123456789012:alarms'];

    expect(actions('batch with everything')).toEqual([topic, topic, topic, topic]);
    expect(actions('batch')).toEqual(Array.from({ length: 4 }, () => undefined));
  });

  it('names the services that it calls in every partition of AWS', () => {
    const machines = templateOf('batch').findResources('AWS::StepFunctions::StateMachine');

    expect(JSON.stringify(machines)).not.toMatch(/arn:aws:/);
  });

  it.each([
    [0.29, 29],
    [0.07, 7],
    [0.001, 0.1],
    [1, 100],
  ])('tolerates a share of %d as %d %%', (toleratedFailureRatio, percentage) => {
    const definition = batchRunDefinition({
      partition: 'aws',
      functionArn: 'f',
      failuresUrl: 'q',
      timeoutSeconds: 900,
      maxParallelParts: 1,
      toleratedFailureRatio,
    });

    expect(definition.States.Score.ToleratedFailurePercentage).toBe(percentage);
  });

  it('says where queue and state machine are', () => {
    for (const name of ['BatchStateMachineArn', 'BatchQueueUrl', 'BatchFailuresUrl']) {
      templateOf('batch').hasOutput(name, {});
    }
  });

  it('lets others start runs and see how far they are, and read no file', () => {
    const stack = new Stack(new App(), 'Batch');
    const bucket = Bucket.fromBucketName(stack, 'Files', 'my-files');
    const role = new Role(stack, 'Analyst', { assumedBy: new AccountRootPrincipal() });
    new BatchScoring(stack, 'Scoring', {
      modelUri: 'models:/wine@champion',
      store: ModelStore.fromBucket(stack, 'Store', bucket, { prefix: 'registry' }),
      input: { bucket, prefix: 'in' },
      output: { bucket, prefix: 'out' },
      code: someCode(),
    }).grantRun(role);

    const allowed = permissionsIn(Template.fromStack(stack).toJSON())
      .filter(({ who }) => who === 'Analyst')
      .map(({ action, resource, when }) => [action, resource, ...(when ? [when] : [])].join(' '));
    const files = 'arn:<AWS::Partition>:s3:::my-files';
    expect(allowed).toEqual([
      'states:StartExecution <ScoringMachineRun>',
      'states:DescribeExecution arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:<ScoringMachineRun.Name>:*',
      `s3:GetObject ${files}/out/_runs/*`,
      `s3:ListBucket ${files} StringLike s3:prefix out/_runs/*`,
      `s3:GetObject ${files}/out/*/_runs/*`,
      `s3:ListBucket ${files} StringLike s3:prefix out/*/_runs/*`,
    ]);
  });

  it.each(['', '/in', 'in/'])('is refused for the prefix "%s", which names no folder', (prefix) => {
    const stack = new Stack(new App(), 'Batch');
    const bucket = Bucket.fromBucketName(stack, 'Files', 'my-files');

    expect(
      () =>
        new BatchScoring(stack, 'Scoring', {
          modelUri: 'models:/wine@champion',
          store: new ModelStore(stack, 'Store'),
          input: { bucket, prefix },
          output: { bucket, prefix: 'out' },
          code: someCode(),
        }),
    ).toThrow(
      `input.prefix must be a folder of the bucket, without slashes at its ends, got "${prefix}"`,
    );
  });

  it.each([
    'eventbridge',
    's3',
  ] as const)('hears by %s of a bucket that the app makes', (notify) => {
    const stack = new Stack(new App(), 'Batch');
    const files = new Bucket(stack, 'Files', { encryptionKey: new Key(stack, 'Key') });
    const { queue } = new BatchScoring(stack, 'Scoring', {
      modelUri: 'models:/wine@champion',
      store: new ModelStore(stack, 'Store'),
      input: { bucket: files, prefix: 'in' },
      output: { bucket: files, prefix: 'out' },
      notify,
      code: someCode(),
    });
    if (notify === 'eventbridge') files.enableEventBridgeNotification();
    else {
      const onlyThere = { prefix: 'in/' };
      files.addEventNotification(EventType.OBJECT_CREATED, new SqsDestination(queue), onlyThere);
    }

    const template = Template.fromStack(stack); // throws for resources that wait for one another
    template.hasResourceProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: Match.objectLike(
        notify === 'eventbridge'
          ? { EventBridgeConfiguration: {} }
          : { QueueConfigurations: [Match.objectLike({ Events: ['s3:ObjectCreated:*'] })] },
      ),
    });
    template.resourceCountIs('AWS::Events::Rule', notify === 'eventbridge' ? 1 : 0);
  });

  it.each([
    ['in', 'in'],
    ['in', 'in/out'],
    ['a/in', 'a'],
    ['registry/in', 'out'],
  ])('is refused from %s to %s, where results or models would be scored', (input, output) => {
    const stack = new Stack(new App(), 'Batch');
    const bucket = Bucket.fromBucketName(stack, 'Files', 'my-files');

    expect(
      () =>
        new BatchScoring(stack, 'Scoring', {
          modelUri: 'models:/wine@champion',
          store: ModelStore.fromBucket(stack, 'Store', bucket),
          input: { bucket, prefix: input },
          output: { bucket, prefix: output },
          code: someCode(),
        }),
    ).toThrow('lie in one another');
  });
});
