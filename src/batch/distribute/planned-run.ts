import type { BatchManifest } from '../batch-manifest.ts';
import type { BatchOptions } from '../batch-options.ts';
import type { RowRange } from '../read/range-plan.ts';

/** What every item of a run has in common. Plain JSON: it goes through the state machine. */
export interface PlannedRun {
  /** Of the files, the model and the options: the same run planned again is the same run. */
  readonly id: string;
  /** False: cutting the files takes another call. */
  readonly isPlanned: boolean;
  /** As it was asked for. */
  readonly input: string;
  readonly output: string;
  readonly options: BatchOptions;
  readonly model: BatchManifest['model'];
  readonly files: number;
  readonly items: number;
  /** Of all files. */
  readonly sizeBytes: number;
  /** ISO 8601 */
  readonly startedAt: string;
}

/** What one call of the function scores: a file, or a part of one. One line of the plan. */
export interface PlannedItem {
  /** From 0, in the order of the plan. */
  readonly index: number;
  readonly input: PlannedInput;
  readonly part?: PlannedPart;
  /** Of what is read. */
  readonly sizeBytes: number;
}

/** A file, as it was when the run was planned. */
export interface PlannedInput {
  readonly uri: string;
  /** Of the object in its bucket, or of the file in the folder that was named. */
  readonly key: string;
  readonly versionId?: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

export interface PlannedPart {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  readonly range: RowRange;
  /** Of CSV. */
  readonly headerFields: number;
  /** Of the object with the header's bytes, relative to the output; a header may be too long for a state machine. */
  readonly headerKey?: string;
}

/** What came of an item: `_runs/<run>/items/<index>.json`. */
export interface ItemRecord {
  readonly index: number;
  readonly rows: BatchManifest['rows'];
  readonly sizeBytes: number;
}
