import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { SendMessageCommand, type SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { type Outcome, runDefinition } from '../../helpers/asl/run-definition.ts';
import type { Services } from '../../helpers/asl/running.ts';
import {
  type FakeExecution,
  MACHINE_ARN,
  startFakeStepFunctions,
} from '../../helpers/fake-step-functions.ts';
import { type CliOutcome, runCli } from '../../helpers/run-cli.ts';
import type { Template } from '../../infra/deployment.ts';
import { BUCKET_KEYS } from '../bucket.ts';
import { readBatchTemplate } from './batch-template.ts';
import { createFleet, type Fleet, type Watch } from './function-fleet.ts';
import type { RestartedInstance } from './instance.ts';
import type { Queues } from './queues.ts';
import type { Stand } from './stand.ts';

/** A stack with batch, as its template says, but for what runs it. */
export interface DeployedBatch {
  readonly queues: Queues;
  /** The function of the queue. */
  readonly door: RestartedInstance;
  /** The function that the state machine calls. */
  readonly tasks: Fleet;
  /** Of every execution that was started, in their order. */
  readonly outcomes: readonly Promise<Outcome>[];
  /** `mlflow-serverless batch` on its state machine. */
  run(input: string, ...more: readonly string[]): Promise<CliOutcome>;
  close(): Promise<void>;
}

export interface DeployOptions {
  readonly watch?: Watch;
  /** How long a second of a retrier takes; ms. @default 1,000 */
  readonly secondMs?: number;
}

/** Step Functions is the driver of test/helpers/asl; functions are the built zip, S3 and queues those of the stand. */
export async function deployBatch(
  stand: Stand,
  template: Template,
  { watch, secondMs = 1_000 }: DeployOptions = {},
): Promise<DeployedBatch> {
  const queues = await stand.queues.create();
  const { definition, ...functions } = readBatchTemplate(template, {
    machineArn: MACHINE_ARN,
    queueUrl: queues.url,
    failuresUrl: queues.failuresUrl,
  });
  const tasks = createFleet(() => stand.start({ environment: functions.tasks.variables }), watch);

  const services: Services = {
    invoke: (arn, payload) => {
      if (arn !== functions.tasks.arn) throw new Error(`the state machine calls ${arn}`);
      return tasks.invoke(payload);
    },
    sendMessage: async (parameters) =>
      queues.client.send(new SendMessageCommand(parameters as unknown as SendMessageCommandInput)),
    getObject: async (Bucket, Key) => {
      const { Body } = await stand.s3.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    putObject: async (Bucket, Key, Body) =>
      void (await stand.s3.send(new PutObjectCommand({ Bucket, Key, Body }))),
  };
  const outcomes: Promise<Outcome>[] = [];
  const execute = async (execution: FakeExecution): Promise<Outcome> => {
    const { name, input } = execution;
    const options = { services, name, secondMs };
    try {
      const outcome = await runDefinition(definition, JSON.parse(input), options);
      const { status, ...rest } = outcome;
      const why = 'error' in rest ? { error: rest.error, cause: rest.cause } : {};
      Object.assign(execution, { status, ...why });
      return outcome;
    } catch (error) {
      execution.status = 'ABORTED'; // a fault of the test itself: nobody waits for its end
      throw error;
    }
  };
  const machine = await startFakeStepFunctions((execution) => outcomes.push(execute(execution)));
  const environment = {
    ...BUCKET_KEYS,
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_SFN: machine.url,
    MLFLOW_S3_ENDPOINT_URL: stand.s3Url,
  };
  return {
    queues,
    tasks,
    outcomes,
    door: stand.start({
      environment: { ...functions.door.variables, AWS_ENDPOINT_URL_SFN: machine.url },
    }),
    run: (input, ...more) =>
      runCli(
        ['batch', '-i', input, '-o', 's3://files/out', '--state-machine', MACHINE_ARN, ...more],
        { environment },
      ),
    async close() {
      await Promise.allSettled(outcomes);
      await machine.close();
    },
  };
}
