import type { BatchManifest } from '../batch-manifest.ts';

/** `_runs/<run>/_manifest.json`: the one manifest of a run, which every file's own one is named in. */
export interface RunManifest {
  /** Of the form of this file. */
  readonly version: 1;
  readonly run: string;
  /** As it was asked for: a file, or a prefix with a slash at its end. */
  readonly input: string;
  readonly model: BatchManifest['model'];
  /** Of all files that are complete: rows.in = rows.out + rows.refused. */
  readonly rows: BatchManifest['rows'];
  readonly files: readonly ScoredFile[];
  /** Those that are not complete, because items of theirs failed and that was tolerated; none of their rows is counted. */
  readonly failed: readonly FailedFile[];
  /** ISO 8601 */
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface ScoredFile {
  readonly uri: string;
  readonly etag: string;
  /** Relative to the output. */
  readonly manifest: string;
  readonly rows: BatchManifest['rows'];
}

export interface FailedFile {
  readonly uri: string;
  readonly etag: string;
  readonly reason: string;
}
