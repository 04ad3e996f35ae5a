import type { ModelVersion } from '../registry/model-registry.ts';
import type { ExampleStatus } from '../telemetry.ts';
import type { LoadedModel } from './loaded-model.ts';

/** A model as the loader hands it over: open, tried, and owned by whoever asked for it. */
export interface OpenModel extends LoadedModel {
  /**
   * `failed` does not fail the load: the cache refuses such a model as a replacement, but serves
   * it when it is the first one, as MLflow would.
   */
  readonly example: ExampleStatus;
  /** Why the example failed. */
  readonly exampleError?: unknown;
  /** Give memory and files back. Called once, after the last request is done. */
  close(): Promise<void>;
}

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Called when the files are there, just before the model takes `expectedBytes` of memory. */
  readonly makeRoom?: (expectedBytes: number) => void;
}

/** An immutable version → an open model. Each call opens another one. */
export interface ModelLoader {
  /** @throws {ServingError} whatever downloading, reading the `MLmodel` or opening threw */
  load(version: ModelVersion, options?: LoadOptions): Promise<OpenModel>;
}
