import type { MlModel } from '../model/mlmodel.ts';

/** As `--env-manager` of MLflow: `local` takes the `python3` of the PATH, and installs nothing. */
export type EnvironmentManager = 'uv' | 'virtualenv' | 'local';

export interface PythonEnvironmentOptions {
  /** The model directory: python_env.yaml, requirements.txt or conda.yaml say what it needs. */
  readonly directory: string;
  readonly mlmodel: MlModel;
  /** More requirement lines, solved together with the model's: the converter's. @default none */
  readonly extra?: readonly string[];
  /** @default uv, fetched where it is missing, else virtualenv */
  readonly manager?: EnvironmentManager;
  /** @default MLFLOW_ENV_ROOT, else ~/.mlflow/envs */
  readonly root?: string;
  readonly onProgress?: (progress: EnvironmentProgress) => void;
  readonly signal?: AbortSignal;
  /** Variables of the tools. @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface EnvironmentProgress {
  readonly phase: 'waiting' | 'python' | 'install' | 'check';
  /** One line for people. */
  readonly text: string;
  /** One of the many lines that an installer says: for a line that changes, not for a log. @default false */
  readonly isDetail?: boolean;
}

/** A Python environment that has what a model needs; made once, shared by everybody with the same requirements. */
export interface PythonEnvironment {
  /** Absolute path of its interpreter. */
  readonly python: string;
  /** Of everything it was made from; the name of its folder. */
  readonly hash: string;
  readonly wasCached: boolean;
  /** What the installer said; undefined for `local`. */
  readonly logPath: string | undefined;
}
