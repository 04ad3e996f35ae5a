import type { MlModel } from '../model/mlmodel.ts';
import type { Runtime } from '../predictor/find-runtime.ts';
import type { ModelVersion } from '../registry/model-registry.ts';

/** One file of the model directory. */
export interface SubjectFile {
  /** Relative, `/` between parts. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Never followed. */
  readonly isLink: boolean;
}

/** What the checks look at: a model directory, and where it came from. Nothing of it is ever run. */
export interface AuditSubject {
  readonly directory: string;
  readonly files: readonly SubjectFile[];
  readonly sizeBytes: number;
  readonly mlmodel: MlModel;
  /** What would answer; undefined: nothing can. */
  readonly runtime: Runtime | undefined;
  readonly context: AuditContext;
}

/** What is known beside the files. */
export interface AuditContext {
  /** As it was asked for. */
  readonly modelUri: string;
  readonly version: ModelVersion | undefined;
  /** Stages that mean this version now. */
  readonly stages: readonly string[];
  /** Flavors that have a converter. */
  readonly converters: readonly string[];
  /** ms since epoch: what has reached its end of life depends on it. */
  readonly nowMs: number;
  /** MLFLOW_ALLOW_PICKLE_DESERIALIZATION, and what it says. */
  readonly arePicklesAllowed: boolean;
}

export const hasFile = ({ files }: AuditSubject, path: string): boolean =>
  files.some((file) => file.path === path || file.path.startsWith(`${path}/`));

/** Whether the Python environment is used to answer. */
export const isPython = ({ runtime }: AuditSubject): boolean => runtime === 'python';
