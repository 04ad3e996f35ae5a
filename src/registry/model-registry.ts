/** An immutable version of a model and where its files lie. */
export interface ModelVersion {
  /** Registered name, or the last part of the path for a URI without a registry. */
  readonly name: string;
  /** Registered version, `m-…` for a logged model; empty when the URI names plain files. */
  readonly version: string;
  /** A URI that an artifact store can download: never `models:` or `runs:`. */
  readonly source: string;
  /** Same digest, same bytes: sha256 of the published manifest. Absent when the registry has none. */
  readonly digest?: string;
  /** The file list with sizes and digests, when the registry publishes one. */
  readonly files?: readonly ArtifactFile[];
  /** Those of `files` that the Node runtime needs, when they are not all. */
  readonly serving?: readonly ArtifactFile[];
  /** `files` are only those that the Node runtime needs: other bytes than the whole version, and kept apart from it. */
  readonly isServingPart?: true;
  readonly tags: Readonly<Record<string, string>>;
  /** The run that a registered version came from, when the registry tells. */
  readonly runId?: string;
}

/** One file of a model directory, as a manifest lists it. */
export interface ArtifactFile {
  /** Relative, `/` between parts. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256?: string;
}

/** What a model URI means now. Cheap and repeatable; one file per kind of registry. */
export interface ModelRegistry {
  /**
   * @throws {ServingError} INVALID_PARAMETER_VALUE for a URI it cannot read,
   *   RESOURCE_DOES_NOT_EXIST for a name, version, alias or stage that is not there,
   *   UNAUTHENTICATED or PERMISSION_DENIED when refused, TEMPORARILY_UNAVAILABLE when it cannot be reached
   */
  resolve(uri: string, options?: ResolveOptions): Promise<ModelVersion>;
}

export interface ResolveOptions {
  readonly signal?: AbortSignal;
}
