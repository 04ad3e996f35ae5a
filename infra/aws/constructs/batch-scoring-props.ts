import type { Duration, Size } from 'aws-cdk-lib';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ModelStoreBase } from './model-store-base.ts';
import type { ProcessorArchitecture } from './package-code.ts';
import type { VpcPlacement } from './packaged-function.ts';
import type { PythonOptions } from './python-image.ts';

/** A folder of a bucket. */
export interface BatchPlace {
  /** With its `encryptionKey`, if it has one. */
  readonly bucket: IBucket;

  /** Without slashes at its ends. */
  readonly prefix: string;
}

export interface BatchScoringProps {
  /** `models:/<name>@<alias>` or `models:/<name>/<version>`; looked up for each file. */
  readonly modelUri: string;

  /** Where the model is published. */
  readonly store: ModelStoreBase;

  /** Files that are put here are scored. */
  readonly input: BatchPlace;

  /** Where results go; never inside `input`, nor around it. */
  readonly output: BatchPlace;

  /**
   * How the queue hears of new files. `s3`: the bucket is allowed to send, and its notification is yours to make.
   *
   * @default 'eventbridge' - a rule; EventBridge must be switched on for the bucket
   */
  readonly notify?: 'eventbridge' | 's3';

  /** @default the input's */
  readonly format?: 'csv' | 'jsonl' | 'parquet' | 'json';

  /** @default 0 - a file fails when more than this share of its rows is refused */
  readonly maxRefusedRatio?: number;

  /** @default 10 - files at once; 2 to 1,000 */
  readonly maxConcurrency?: number;

  /** @default 5 - a message that failed this often goes to the dead-letter queue */
  readonly maxReceives?: number;

  /** @default Size.mebibytes(256) - a larger file is scored in parts */
  readonly distributeAbove?: Size;

  /** @default Size.mebibytes(64) - what one part has of its file, about */
  readonly rangeSize?: Size;

  /** @default 100 - parts and files of one run at once */
  readonly maxParallelParts?: number;

  /** @default 0 - a run fails when more than this share of its parts and files fails */
  readonly toleratedFailureRatio?: number;

  /** Told when files or runs fail, or wait too long. @default nobody - alarms are seen in CloudWatch, and in `alarms` */
  readonly alarmTopic?: ITopic | undefined;

  /** @default Size.mebibytes(1769) - one full vCPU; a call uses one */
  readonly memory?: Size;

  /** @default Duration.minutes(15) - a file or a part that takes longer is tried again */
  readonly timeout?: Duration;

  /** @default Size.mebibytes(512) - /tmp: the model's files must fit into it */
  readonly ephemeralStorage?: Size;

  /** @default 'x64' */
  readonly architecture?: ProcessorArchitecture;

  /** @default RetentionDays.ONE_MONTH */
  readonly logRetention?: RetentionDays;

  /** @default 'info' */
  readonly logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'silent';

  /** @default false - AWS X-Ray, in functions and the state machine */
  readonly tracing?: boolean;

  /** @default outside - no VPC is needed to read from S3 */
  readonly placement?: VpcPlacement;

  /** @default none - ONNX models only, from the zip */
  readonly python?: PythonOptions;

  /** @default the zip in the package; of no use with `python` */
  readonly code?: Code;
}
