import type { Signature } from './signature.ts';

/** What a model directory's `MLmodel` file says. Unknown keys are ignored, as MLflow does. */
export interface MlModel {
  /** Flavor name → its settings, as written. */
  readonly flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly signature: Signature | undefined;
  readonly inputExample: InputExample | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly modelUuid: string | undefined;
  readonly modelId: string | undefined;
  readonly runId: string | undefined;
  /** MLflow's version at logging time; absent before 1.26. */
  readonly mlflowVersion: string | undefined;
}

/** Where the saved example lies; paths are relative to the model directory, never leaving it. */
export interface InputExample {
  readonly path: string;
  /** A ready body for `/invocations`, when MLflow could make one. */
  readonly servingPath: string | undefined;
  readonly type: string;
}
