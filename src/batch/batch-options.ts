export const BATCH_FORMATS = ['csv', 'jsonl', 'parquet', 'json'] as const;
/** `json`: one MLflow scoring body; what `/invocations` answers is the output. */
export type BatchFormat = (typeof BATCH_FORMATS)[number];

/** What decides about the bytes of an output; part of a job's identity. */
export interface BatchOptions {
  /** @default by the input's name: .csv, .jsonl, .ndjson, .parquet, .json, each of the text ones with .gz */
  readonly inputFormat?: BatchFormat;
  /** @default the input's */
  readonly outputFormat?: BatchFormat;
  /** @default true for a text format whose input is gzip - write gzip */
  readonly isOutputGzip?: boolean;
  /** @default true - the input's columns stand before the predictions */
  readonly keepsInputs?: boolean;
  /** @default 0 - the job fails when more than this share of the rows is refused; from 0 to 1 */
  readonly maxRefusedRatio?: number;
  /** @default 10_000 - rows of one chunk at most: what one call of the model gets */
  readonly chunkRows?: number;
}
