import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOptions } from '../batch-options.ts';

/** A run over more than one call: the input of an execution of the state machine, or of an orchestration. Plain JSON. */
export interface BatchRunRequest {
  /** `s3://<bucket>/<key>` of one file, or `s3://<bucket>/<prefix>/`, with a slash at its end, of every file below; or so in Azure Blob Storage. */
  readonly input: string;
  /** Of one file in a bucket that keeps versions. */
  readonly versionId?: string;
  /** `s3://<bucket>/<prefix>`, or a folder of a container of Azure Blob Storage. */
  readonly output: string;
  readonly options?: BatchOptions;
  /** @default what the endpoint's model URI means when the run is planned */
  readonly model?: BatchManifest['model'];
  /** What the dead-letter queue gets when the run fails: put back into the queue, it starts the run again. */
  readonly replay?: string;
}
