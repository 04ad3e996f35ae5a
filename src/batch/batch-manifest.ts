/** `_manifest.json`: written last, once, and only when every row is accounted for. */
export interface BatchManifest {
  /** Of the form of this file. */
  readonly version: 1;
  readonly job: string;
  readonly input: { readonly uri: string; readonly etag: string; readonly sizeBytes: number };
  readonly model: { readonly name: string; readonly version: string; readonly digest: string };
  /** rows.in = rows.out + rows.refused, always. */
  readonly rows: { readonly in: number; readonly out: number; readonly refused: number };
  /** In the order of the rows: several when the file was scored in parts. */
  readonly outputs: readonly BatchManifestFile[];
  /** Where the refused rows are; empty when there are none. */
  readonly errors: readonly BatchManifestFile[];
  /** ISO 8601; the run that completed the job. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Units: ms of wall time. */
  readonly timings: { readonly totalMs: number };
}

export interface BatchManifestFile {
  /** Relative to the manifest. */
  readonly path: string;
  readonly rows: number;
  readonly sizeBytes: number;
  readonly sha256: string;
}
