import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { checkTrackingServer } from './check-tracking-server.ts';
import { executeApiArn } from './execute-api-arn.ts';
import { followingEnvironment } from './following-environment.ts';
import { grantFolder, READING } from './grant-folder.ts';
import { registeredName } from './model-keys.ts';
import { servingCode } from './package-code.ts';
import { createPackagedFunction } from './packaged-function.ts';
import type { RegistryEventsProps } from './registry-events-props.ts';
import { skipCheckov } from './skip-checkov.ts';
import { createWebhookApi } from './webhook-api.ts';

/** As long as Lambda lets it: a large model is fetched, tried and copied meanwhile. */
const TIMEOUT = Duration.minutes(15);

/** Lets an endpoint follow MLflow: its registry webhooks move aliases and publish versions. */
export class RegistryEvents extends Construct {
  readonly function: LambdaFunction;
  readonly restApi: RestApi;

  /** What MLflow's `create_webhook` takes. */
  readonly webhookUrl: string;

  /** Has what could not be worked off after all retries; alarm on its length. */
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: RegistryEventsProps) {
    super(scope, id);
    checkTrackingServer(props.registry);
    const { architecture = 'x64', tracing = false } = props;
    const logRetention = props.logRetention ?? RetentionDays.ONE_MONTH;
    this.failures = new Queue(this, 'Failures', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.function = createPackagedFunction(this, 'Function', {
      description: 'Follows the registry of an MLflow server',
      code: props.code ?? servingCode(architecture),
      handler: 'registry-events.handler',
      environment: followingEnvironment(props),
      architecture,
      memory: props.memory ?? Size.mebibytes(1769),
      timeout: TIMEOUT,
      ephemeralStorage: props.ephemeralStorage ?? Size.mebibytes(2048),
      placement: props.placement,
      logRetention,
      tracing,
      asynchronous: {
        onFailure: new SqsDestination(this.failures),
        retryAttempts: 2,
        maxEventAge: Duration.hours(1),
      },
    });
    this.allow(props);
    this.reconcile(props.reconcileEvery ?? Duration.minutes(5));
    this.restApi = createWebhookApi(this, {
      handler: this.function,
      logRetention,
      tracing,
      cloudWatchRole: props.cloudWatchRole ?? true,
    });
    this.webhookUrl = this.restApi.urlForPath('/registry-events');
    acknowledge(this.failures, {
      'AwsSolutions-SQS3': 'it is itself the queue for what failed',
      'Serverless-SQSRedrivePolicy': 'it is itself the queue for what failed',
    });
    skipCheckov(this.failures, { CKV_AWS_27: 'encrypted by SQS itself' });
  }

  private allow({ store, registry, webhookSecret, modelUri }: RegistryEventsProps): void {
    store.grantPublish(this.function, modelUri && registeredName(modelUri));
    store.grantDeliveries(this.function);
    if (registry.artifacts) {
      const { bucket, prefix = '' } = registry.artifacts;
      grantFolder(bucket, prefix, this.function, READING);
    }
    const secrets = [webhookSecret, registry.username, registry.password, registry.token];
    for (const secret of secrets) secret?.grantRead(this.function);
    if (registry.awsSigV4) {
      const resource = executeApiArn(Stack.of(this), registry.uri);
      this.function.addToRolePolicy(
        new PolicyStatement({ actions: ['execute-api:Invoke'], resources: [resource] }),
      );
      acknowledgeWildcard(this, resource, 'all paths of the one MLflow server that is followed');
    }
    this.allowItself();
  }

  /**
   * It answers a webhook at once, and goes on in a call of its own.
   *
   * A policy by itself: the role's own one has to be there before the function is.
   */
  private allowItself(): void {
    new Policy(this, 'CallItself', {
      statements: [
        new PolicyStatement({
          actions: ['lambda:InvokeFunction'],
          resources: [this.function.functionArn],
        }),
      ],
      roles: this.function.role ? [this.function.role] : [],
    });
  }

  private reconcile(every: Duration): void {
    new Rule(this, 'Reconcile', {
      description: 'Compares aliases with those of MLflow, in case a webhook was lost',
      schedule: Schedule.rate(every),
      targets: [
        new LambdaTarget(this.function, {
          deadLetterQueue: this.failures,
          retryAttempts: 2,
          maxEventAge: every,
        }),
      ],
    });
  }
}
