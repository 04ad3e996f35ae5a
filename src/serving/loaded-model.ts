import type { MlModel } from '../model/mlmodel.ts';
import type { Predictor } from '../predictor/predictor.ts';
import type { ModelVersion } from '../registry/model-registry.ts';
import type { AcquireOptions } from './freshness.ts';

/** A model that is open and has answered its own input example. */
export interface LoadedModel {
  readonly version: ModelVersion;
  readonly mlmodel: MlModel;
  readonly predictor: Predictor;
  /** What it holds resident, measured while it was opened; bytes. */
  readonly residentBytes: number;
}

/** A promise that the model stays open until `release` is called. */
export interface Lease {
  readonly model: LoadedModel;
  /** Idempotent. */
  release(): void;
}

/** The owner of the open models. */
export interface ModelCache {
  /**
   * Lend the model that `uri` means now, opening it if need be. Concurrent callers share one load.
   *
   * @throws {ServingError} whatever resolving, downloading or opening threw, when there is no good model to go on with
   */
  acquire(uri: string, request?: AcquireOptions): Promise<Lease>;
  /** Wait for every lease, then give all models back. */
  close(): Promise<void>;
}
