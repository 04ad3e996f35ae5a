import type { Duration, Size } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { EndpointApiOptions } from './endpoint-api.ts';
import type { EndpointAuth } from './endpoint-auth.ts';
import type { ModelStoreBase } from './model-store-base.ts';
import type { ProcessorArchitecture } from './package-code.ts';
import type { VpcPlacement } from './packaged-function.ts';
import type { PythonOptions } from './python-image.ts';

export interface MlflowEndpointProps extends EndpointApiOptions {
  /** `models:/<name>@<alias>` or `models:/<name>/<version>`; an alias moves without a deployment. */
  readonly modelUri: string;

  /** Where the model is published. */
  readonly store: ModelStoreBase;

  /** @default { iam: true } - signed requests of whom `grantInvoke` was called for */
  readonly auth?: EndpointAuth;

  /** @default 'x64' - arm64 is cheaper; try your model on it first */
  readonly architecture?: ProcessorArchitecture;

  /** @default Size.mebibytes(1769) - one full vCPU; processor time grows with it */
  readonly memory?: Size;

  /** @default Duration.seconds(29) - API Gateway waits no longer */
  readonly timeout?: Duration;

  /** @default Size.mebibytes(512) - /tmp: the model's files must fit into it */
  readonly ephemeralStorage?: Size;

  /** @default none - as many instances as the account has left */
  readonly reservedConcurrency?: number;

  /** @default none - instances start when they are needed, and cost nothing before */
  readonly provisionedConcurrency?: ProvisionedConcurrency;

  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /** @default 'info' - debug logs every request; payloads are never logged */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';

  /** @default false - AWS X-Ray, in API Gateway and the function */
  readonly tracing?: boolean;

  /** @default outside - no VPC is needed to read from S3 */
  readonly placement?: VpcPlacement;

  readonly limits?: RequestLimits;

  readonly refresh?: RefreshOptions;

  /** @default none - ONNX models only, from the zip */
  readonly python?: PythonOptions;

  /** @default the zip in the package; of no use with `python` */
  readonly code?: Code;
}

export interface RequestLimits {
  /** @default Size.mebibytes(6) - more does not fit into an event; a larger body gets 413 */
  readonly maxBody?: Size;

  /** @default 1,000,000 - a request with more rows gets 413 */
  readonly maxRows?: number;

  /** @default Duration.seconds(28) - 504 from us, before API Gateway gives up */
  readonly requestTimeout?: Duration;
}

export interface RefreshOptions {
  /**
   * `push`: before a request is served, the alias is asked for again, but not more often than `floor`.
   *
   * @default 'poll' - a moved alias is noticed within `ttl`, beside the requests
   */
  readonly mode?: 'poll' | 'push';

  /** @default Duration.seconds(30) */
  readonly ttl?: Duration;

  /** @default Duration.millis(500) */
  readonly floor?: Duration;
}

export interface ProvisionedConcurrency {
  /** Instances kept warm at least. */
  readonly min: number;

  /** Instances kept warm at most; with `min` alone the number is fixed. */
  readonly max?: number;

  /** @default 0.7 - more are started when this share of them is busy */
  readonly targetUtilization?: number;

  /** @default none - other bounds from a time on, for example in office hours */
  readonly schedules?: readonly {
    /** UTC, in AWS's six fields: `0 7 ? * MON-FRI *` */
    readonly cron: string;
    readonly min: number;
    readonly max: number;
  }[];
}
