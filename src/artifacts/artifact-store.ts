import type { ArtifactFile } from '../registry/model-registry.ts';

export interface DownloadOptions {
  /** Known files: nothing is listed, and what is known of size and digest is checked. */
  readonly files?: readonly FileToFetch[];
  readonly signal?: AbortSignal;
  /**
   * Called once, when the first requests for files have left, as many as go out at once: now there is time for other work
   * while their answers are on the way. Not called when nothing has to be fetched.
   */
  readonly onRequested?: () => void;
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** A file of which the size may not be known. */
export type FileToFetch = Omit<ArtifactFile, 'sizeBytes'> & Partial<ArtifactFile>;

export interface DownloadProgress {
  /** Arrived so far; goes back when a file begins again. */
  readonly bytes: number;
  /** Undefined when the store does not tell all sizes. */
  readonly totalBytes: number | undefined;
}

/** Version → verified local directory; one file per kind of storage. */
export interface ArtifactStore {
  /**
   * Bring the whole directory at `uri` into `directory`, which must not exist yet.
   *
   * Everything is written beside it first and renamed at the end: `directory` exists only when it
   * is complete and every known size and digest was right.
   *
   * @throws {ServingError} RESOURCE_DOES_NOT_EXIST when there is nothing at `uri`,
   *   INVALID_PARAMETER_VALUE for a listed path that leaves the directory or a scheme or host that is not allowed,
   *   UNAUTHENTICATED or PERMISSION_DENIED when refused,
   *   TEMPORARILY_UNAVAILABLE when the store fails, cuts a file short or sends other bytes than the manifest promises
   */
  download(uri: string, directory: string, options?: DownloadOptions): Promise<void>;

  /**
   * The folder of this machine that `uri` names, which needs no download; may not exist. `undefined` for any other URI.
   *
   * @throws {ServingError} INVALID_PARAMETER_VALUE for a local URI that is malformed or not allowed
   */
  inPlace?(uri: string): string | undefined;
}
