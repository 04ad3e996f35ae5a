export interface BatchRunTargets {
  /** Of AWS: elsewhere than `aws` in China and in GovCloud. */
  readonly partition: string;
  /** ARN of the function that plans, scores and finishes. */
  readonly functionArn: string;
  /** URL of the queue for what failed. */
  readonly failuresUrl: string;
  /** Of one call of the function; s. */
  readonly timeoutSeconds: number;
  readonly maxParallelParts: number;
  /** From 0 to 1. */
  readonly toleratedFailureRatio: number;
}

/** What no further try helps: the names are MLflow's codes, as the function throws them. */
const FINAL = [
  'BAD_REQUEST',
  'INVALID_PARAMETER_VALUE',
  'INVALID_STATE',
  'NOT_IMPLEMENTED',
  'REQUEST_TOO_LARGE',
  'RESOURCE_DOES_NOT_EXIST',
  'UNSUPPORTED_MEDIA_TYPE',
];

/** Lambda has too much to do, for a moment. */
const BUSY = [
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/** Everything else may pass; the claim of a call that was killed ends after a minute. */
const RETRY = [
  { ErrorEquals: FINAL, MaxAttempts: 0 },
  { ErrorEquals: BUSY, IntervalSeconds: 2, MaxAttempts: 8, BackoffRate: 2, JitterStrategy: 'FULL' },
  {
    ErrorEquals: ['States.ALL'],
    IntervalSeconds: 70,
    MaxAttempts: 4,
    BackoffRate: 1.5,
    MaxDelaySeconds: 600,
  },
];

/** Room for what Lambda does around a call; s. */
const MARGIN_SECONDS = 60;

/**
 * A run over many calls, in Amazon States Language: plan, score every item of the plan, finish. When it fails, what started it goes to the
 * dead-letter queue, if that was a message.
 *
 * Its input is a `BatchRunRequest`; @see src/batch/distribute
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export function batchRunDefinition(targets: BatchRunTargets) {
  const { functionArn, failuresUrl, timeoutSeconds } = targets;
  const integration = (name: string) => `arn:${targets.partition}:states:::${name}`;
  const call = (payload: Record<string, unknown>) => ({
    Type: 'Task',
    Resource: integration('lambda:invoke'),
    Parameters: { FunctionName: functionArn, ...payload },
    TimeoutSeconds: timeoutSeconds + MARGIN_SECONDS,
    Retry: RETRY,
  });
  const orFail = {
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.failure', Next: 'IsMessage' }],
  };
  return {
    Comment: 'Scores a large file, or every file below a prefix, with many calls of one function',
    StartAt: 'Take',
    States: {
      Take: { Type: 'Pass', Parameters: { 'request.$': '$' }, Next: 'Plan' },
      Plan: {
        ...call({
          Payload: { task: 'plan', 'request.$': '$.request', 'execution.$': '$$.Execution.Name' },
        }),
        ResultSelector: { 'run.$': '$.Payload' },
        ResultPath: '$.planned',
        ...orFail,
        Next: 'IsPlanned',
      },
      // Text is read to find out where it can be cut: of a very large file, that takes several calls.
      IsPlanned: {
        Type: 'Choice',
        Choices: [{ Variable: '$.planned.run.isPlanned', BooleanEquals: true, Next: 'Score' }],
        Default: 'Plan',
      },
      Score: {
        Type: 'Map',
        Label: 'Items',
        ItemReader: {
          Resource: integration('s3:getObject'),
          ReaderConfig: { InputType: 'JSONL' },
          Parameters: {
            'Bucket.$': '$.planned.run.plan.bucket',
            'Key.$': '$.planned.run.plan.key',
          },
        },
        ItemSelector: { task: 'item', 'run.$': '$.planned.run', 'item.$': '$$.Map.Item.Value' },
        MaxConcurrency: targets.maxParallelParts,
        ToleratedFailurePercentage: percentOf(targets.toleratedFailureRatio),
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Item',
          States: { Item: { ...call({ 'Payload.$': '$' }), OutputPath: '$.Payload', End: true } },
        },
        ResultWriter: {
          Resource: integration('s3:putObject'),
          Parameters: {
            'Bucket.$': '$.planned.run.results.bucket',
            'Prefix.$': '$.planned.run.results.prefix',
          },
        },
        ResultPath: '$.scored',
        ...orFail,
        Next: 'Finish',
      },
      Finish: {
        ...call({ Payload: { task: 'finish', 'run.$': '$.planned.run' } }),
        OutputPath: '$.Payload',
        ...orFail,
        End: true,
      },
      IsMessage: {
        Type: 'Choice',
        Choices: [{ Variable: '$.request.replay', IsPresent: true, Next: 'KeepMessage' }],
        Default: 'Failed',
      },
      KeepMessage: {
        Type: 'Task',
        Resource: integration('sqs:sendMessage'),
        Parameters: {
          QueueUrl: failuresUrl,
          'MessageBody.$': '$.request.replay',
          MessageAttributes: {
            error: { DataType: 'String', 'StringValue.$': '$.failure.Error' },
            execution: { DataType: 'String', 'StringValue.$': '$$.Execution.Id' },
          },
        },
        Retry: [
          { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 8, BackoffRate: 2 },
        ],
        ResultPath: null,
        // The run's own error is the one to see; the alarm rings for it in any case.
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.unsent', Next: 'Failed' }],
        Next: 'Failed',
      },
      Failed: { Type: 'Fail', ErrorPath: '$.failure.Error', CausePath: '$.failure.Cause' },
    },
  };
}

/** Without what binary fractions add: 0.29 is 29 %, and not a little less. */
const percentOf = (ratio: number): number => Number((ratio * 100).toFixed(6));
