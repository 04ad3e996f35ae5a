import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { MlModel } from '../model/mlmodel.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import type { ExampleStatus } from '../telemetry.ts';
import type { ObjectStore } from './object-store.ts';

/** Where a version came from, for its manifest; credentials in it are left out. */
export interface PublishOrigin {
  /** `models:/wine/3`, `runs:/…` or a location. */
  readonly uri: string;
  /** The registry that was asked, when one was. */
  readonly registry?: string;
}

/** Opens the model and lets it answer its own example; throws when it cannot be served at all. */
export type VerifyModel = (model: ModelToVerify) => Promise<Verification>;

export interface ModelToVerify {
  readonly directory: string;
  readonly version: ModelVersion;
  readonly mlmodel: MlModel;
}

export interface Verification {
  readonly example: ExampleStatus;
  /** Why the example failed. */
  readonly exampleError?: unknown;
}

/** Makes of a model's files what is published of it: converts it, or leaves it as it is. */
export type PrepareModel = (model: ModelToPrepare) => Promise<PreparedModel>;

export interface ModelToPrepare extends ModelToVerify {
  /** Of its files. */
  readonly sha256: string;
  /** An empty folder for whatever is needed on the way; it is removed afterwards. */
  readonly work: string;
}

export interface PreparedModel {
  /** What is published: the model's own directory, or another one. */
  readonly directory: string;
  /** What will compute its answers. */
  readonly runtime: PublishedRuntime;
  /** Files that the Node runtime needs, relative; it fetches no other. @default all */
  readonly serving?: readonly string[];
  /** Why it is published so, when that is not what one would expect; one line. */
  readonly note?: string;
}

/** `node`: ONNX Runtime in process. `python`: the model's own code in its own environment. */
export type PublishedRuntime = 'node' | 'python';

export interface PublishOptions {
  /** What is published, as its registry resolved it. */
  readonly source: ModelVersion;
  readonly origin: PublishOrigin;
  /** @default the source's own - the registered name to publish it under */
  readonly name?: string;
  /** @default the source's own - digits; must be given for a run or a folder */
  readonly version?: string;
  /** Reads the source's files. */
  readonly store: ArtifactStore;
  readonly target: ObjectStore;
  readonly verify: VerifyModel;
  /** @default published as it is */
  readonly prepare?: PrepareModel;
  /** @default false - a model that cannot answer its own example is refused */
  readonly allowFailingExample?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PublishProgress) => void;
  /** @default Date.now - ms since epoch */
  readonly now?: () => number;
}

export interface PublishProgress {
  readonly phase: 'download' | 'verify' | 'upload';
  /** Done so far; may go back when something is copied again. */
  readonly bytes: number;
  /** Undefined where the source does not tell the sizes. */
  readonly totalBytes: number | undefined;
}

/**
 * `published`: it is there now and was not before. `unchanged`: the same bytes were there, nothing was
 * written. `repaired`: they were, but files had gone since, and are back.
 */
export type PublishOutcome = 'published' | 'unchanged' | 'repaired';

export interface PublishedVersion {
  readonly outcome: PublishOutcome;
  readonly name: string;
  readonly version: string;
  /** Where its files lie in the target. */
  readonly uri: string;
  readonly files: number;
  readonly bytes: number;
  /** What computes its answers; undefined where the manifest does not say. */
  readonly runtime?: PublishedRuntime;
  /** Why that, when it is not what one would expect. */
  readonly note?: string;
  /** Of the version that is there now; undefined when it was not verified again. */
  readonly example: ExampleStatus | undefined;
  /** Why the example failed. */
  readonly exampleError?: unknown;
}
