import { Duration, Token } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import {
  type Code,
  EventSourceMapping,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { batchPlaceFaults } from '../../../src/config/endpoint-file/batch-places.ts';
import { acknowledge } from './acknowledge.ts';
import { grantReadRuns, grantScoring } from './batch-access.ts';
import { batchEnvironment, uriOf } from './batch-environment.ts';
import { BatchQueue } from './batch-queue.ts';
import type { BatchScoringProps } from './batch-scoring-props.ts';
import { BatchStateMachine } from './batch-state-machine.ts';
import { hearFromBucket, hearFromEventBridge } from './hear-of-files.ts';
import { servingCode } from './package-code.ts';
import { createPackagedFunction } from './packaged-function.ts';
import { pythonImageCode } from './python-image.ts';
import { DEFAULT_MEMORY } from './serving-environment.ts';

const HANDLER = 'batch.handler';

/** Files that are put into a bucket come back scored: a queue, a function, and a state machine for what is large. */
export class BatchScoring extends Construct {
  /** Messages of new files; send one of your own to score a file again. */
  readonly queue: Queue;

  /** Messages of files that could not be scored; `mlflow-serverless batch redrive` replays them. */
  readonly failures: Queue;

  /** Works off the queue. */
  readonly function: LambdaFunction;

  /** Plans, scores and finishes what the state machine runs. */
  readonly taskFunction: LambdaFunction;

  readonly stateMachine: StateMachine;

  /** Files that failed, that are soon forgotten, or wait too long; runs that failed. */
  readonly alarms: readonly Alarm[];

  private readonly props: BatchScoringProps;
  private readonly machine: BatchStateMachine;

  constructor(scope: Construct, id: string, props: BatchScoringProps) {
    super(scope, id);
    this.props = props;
    checkPlaces(props);
    const timeout = props.timeout ?? Duration.minutes(15);
    const { queue, failures, alarms } = new BatchQueue(this, 'Queue', {
      functionTimeout: timeout,
      maxReceives: props.maxReceives ?? 5,
    });
    this.queue = queue;
    this.failures = failures;
    const code = props.python
      ? pythonImageCode(props, props.python, HANDLER)
      : (props.code ?? servingCode(props.architecture ?? 'x64'));
    this.taskFunction = this.createFunction('TaskFunction', 'Scores parts of files', code, {});
    this.machine = new BatchStateMachine(this, 'Machine', {
      function: this.taskFunction,
      failures,
      output: props.output,
      timeout,
      maxParallelParts: props.maxParallelParts ?? 100,
      toleratedFailureRatio: props.toleratedFailureRatio ?? 0,
      logRetention: props.logRetention ?? RetentionDays.ONE_MONTH,
      tracing: props.tracing ?? false,
    });
    this.stateMachine = this.machine.stateMachine;
    this.alarms = [...alarms, this.machine.alarm];
    this.ring(props.alarmTopic);
    this.function = this.createFunction('Function', 'Scores files of a queue', code, {
      MLFLOW_SERVERLESS_BATCH_STATE_MACHINE: this.stateMachine.stateMachineArn,
      MLFLOW_SERVERLESS_BATCH_QUEUE_URL: queue.queueUrl,
      MLFLOW_SERVERLESS_BATCH_FAILURES_URL: failures.queueUrl,
    });
    this.connect(props.maxConcurrency ?? 10);
    failures.grantSendMessages(this.function);
    this.machine.grantRun(this.function);
    if (props.notify === 's3') hearFromBucket(props.input, queue);
    else hearFromEventBridge(this, props.input, { queue, failures });
  }

  /** Allow to start runs, and to see how far they are. */
  grantRun(grantee: IGrantable): Grant {
    return this.machine.grantRun(grantee).combine(grantReadRuns(grantee, this.props.output));
  }

  private ring(topic: ITopic | undefined): void {
    if (topic === undefined) return;
    for (const alarm of this.alarms) alarm.addAlarmAction(new SnsAction(topic));
  }

  private createFunction(
    id: string,
    what: string,
    code: Code,
    more: Readonly<Record<string, string>>,
  ): LambdaFunction {
    const props = this.props;
    const lambda = createPackagedFunction(this, id, {
      description: `${what} with ${props.modelUri}`,
      code,
      handler: HANDLER,
      isImage: props.python !== undefined,
      environment: { ...batchEnvironment(props), ...more },
      architecture: props.architecture ?? 'x64',
      memory: props.memory ?? DEFAULT_MEMORY,
      timeout: props.timeout ?? Duration.minutes(15),
      ephemeralStorage: props.ephemeralStorage,
      placement: props.placement,
      logRetention: props.logRetention,
      tracing: props.tracing,
      whyNoDeadLetters: 'a queue or a state machine calls it, which keep what failed',
    });
    grantScoring(lambda, props);
    return lambda;
  }

  /** A file may take all the memory of a call: one message at a time. */
  private connect(maxConcurrency: number): void {
    const options = { batchSize: 1, maxConcurrency, reportBatchItemFailures: true };
    this.function.addEventSource(new SqsEventSource(this.queue, options));
    const mapping = this.function.node
      .findAll()
      .find((construct) => construct instanceof EventSourceMapping);
    if (mapping === undefined) throw new Error('the queue has no event source mapping');
    acknowledge(mapping, {
      'Serverless-LambdaEventSourceMappingDestination':
        'the queue has a dead-letter queue; destinations are for streams',
    });
  }
}

/** @throws {Error} when results would be scored again, or models taken for files, or a folder is none */
function checkPlaces({ input, output, store }: BatchScoringProps): void {
  for (const [name, { prefix }] of Object.entries({ input, output })) {
    if (!Token.isUnresolved(prefix) && /^$|^\/|\/$/.test(prefix)) {
      throw new Error(
        `${name}.prefix must be a folder of the bucket, without slashes at its ends, got "${prefix}"`,
      );
    }
  }
  const places = { input: uriOf(input), output: uriOf(output) };
  const [fault] = batchPlaceFaults(places, store.registryUri);
  if (fault !== undefined) throw new Error(fault.text);
}
