import type { Duration, Size } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ModelStoreBase } from './model-store-base.ts';
import type { ProcessorArchitecture } from './package-code.ts';
import type { VpcPlacement } from './packaged-function.ts';
import type { SecretSource } from './secret-source.ts';

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
  /** Without user and password: those come from secrets. */
  readonly uri: string;
  readonly username?: SecretSource;
  readonly password?: SecretSource;
  readonly token?: SecretSource;

  /** @default false - requests are signed with the function's role; `uri` must be an API of API Gateway */
  readonly awsSigV4?: boolean;

  /** @default 'default' */
  readonly workspace?: string;

  /**
   * Where the server keeps models, if it hands out `s3:` addresses instead of the files.
   *
   * @default the server hands out the files
   */
  readonly artifacts?: {
    readonly bucket: IBucket;
    /** Without slashes at its ends. @default the whole bucket */
    readonly prefix?: string;
  };
}
