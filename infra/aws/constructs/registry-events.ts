import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';
import { executeApiArn } from './execute-api-arn.ts';
import { registeredName } from './model-keys.ts';
import type { ModelStoreBase } from './model-store-base.ts';
import { type ProcessorArchitecture, servingCode } from './package-code.ts';
import { createPackagedFunction, type VpcPlacement } from './packaged-function.ts';
import type { SecretSource } from './secret-source.ts';
import { skipCheckov } from './skip-checkov.ts';
import { createWebhookApi } from './webhook-api.ts';

export interface RegistryEventsProps {
  /** Where models are published to. */
  readonly store: ModelStoreBase;

  /** The MLflow server that sends the webhooks. */
  readonly registry: TrackingServer;

  /** @default every model of the server - `models:/<name>…`: only this one, and rights for no other */
  readonly modelUri?: string;

  /** What MLflow signs its webhooks with. */
  readonly webhookSecret: SecretSource;

  /** @default ['alias'] - version: publish every new one; tag: those tagged mlflow-serverless.publish=true */
  readonly publishOn?: readonly ('alias' | 'version' | 'tag')[];

  /** @default all of them */
  readonly aliases?: readonly string[];

  /** @default Size.mebibytes(1769) - a version is opened and tried before it is published */
  readonly memory?: Size;

  /** @default Size.mebibytes(2048) - /tmp: the files of one version, which are verified there */
  readonly ephemeralStorage?: Size;

  /** @default Duration.minutes(5) - aliases are compared this often, in case a webhook was lost */
  readonly reconcileEvery?: Duration;

  /** @default 'x64' */
  readonly architecture?: ProcessorArchitecture;

  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /** @default 'info' */
  readonly logLevel?: string;

  /** @default false */
  readonly tracing?: boolean;

  /** @default true - false if API Gateway has the role for its logs already, in this account and region */
  readonly cloudWatchRole?: boolean;

  /** @default outside - needed for an MLflow server inside a VPC */
  readonly placement?: VpcPlacement;

  /** @default the zip in the package */
  readonly code?: Code;
}

export interface TrackingServer {
  readonly uri: string;
  readonly username?: SecretSource;
  readonly password?: SecretSource;
  readonly token?: SecretSource;

  /** @default false - requests are signed with the function's role; `uri` must be an API of API Gateway */
  readonly awsSigV4?: boolean;

  /** @default 'default' */
  readonly workspace?: string;
}

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
      environment: environmentOf(props),
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

  /** It answers a webhook at once, and goes on in a call of its own. A policy by itself: the role's own one comes before the function. */
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

function environmentOf(props: RegistryEventsProps): Record<string, string> {
  const { registry, store, modelUri, webhookSecret, publishOn = ['alias'], aliases } = props;
  const { uri, username, password, token, awsSigV4, workspace } = registry;
  return {
    MLFLOW_TRACKING_URI: uri,
    MLFLOW_SERVERLESS_PUBLISH_TO: store.registryUri,
    MLFLOW_SERVERLESS_PUBLISH_ON: publishOn.join(','),
    MLFLOW_SERVERLESS_WEBHOOK_SECRET_SECRET: webhookSecret.reference,
    MLFLOW_SERVERLESS_LOG_LEVEL: props.logLevel ?? 'info',
    ...(modelUri !== undefined && { MLFLOW_SERVERLESS_MODEL_URI: modelUri }),
    ...(aliases && { MLFLOW_SERVERLESS_EVENT_ALIASES: aliases.join(',') }),
    ...(username && { MLFLOW_TRACKING_USERNAME_SECRET: username.reference }),
    ...(password && { MLFLOW_TRACKING_PASSWORD_SECRET: password.reference }),
    ...(token && { MLFLOW_TRACKING_TOKEN_SECRET: token.reference }),
    ...(awsSigV4 && { MLFLOW_TRACKING_AWS_SIGV4: 'true' }),
    ...(workspace !== undefined && { MLFLOW_WORKSPACE: workspace }),
  };
}
