import type { ArtifactFile, ResolveOptions } from './model-registry.ts';

/** What a version is called and, when they came along with the answer, its tags and its run, or all of it. */
export interface VersionPointer {
  readonly version: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly runId?: string;
  readonly record?: VersionRecord;
}

export interface VersionRecord {
  /** Where the files are; may still be `models:`, `runs:` or `mlflow-artifacts:`. */
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly digest?: string;
  readonly files?: readonly ArtifactFile[];
  /** Those of `files` that the Node runtime needs, when they are not all. */
  readonly serving?: readonly ArtifactFile[];
  /** The run it came from. */
  readonly runId?: string;
}

export interface RegisteredModelRecord {
  readonly aliases: readonly string[];
  /** Of the model, not of its versions. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface LoggedModelRecord {
  readonly modelId: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RunRecord {
  readonly experimentId: string;
  /** Root of the run's artifacts. */
  readonly location: string;
}

/** MLflow's own spelling of each stage. */
export type Stage = 'None' | 'Staging' | 'Production' | 'Archived';

/**
 * The names and versions of one registry. `undefined` means: it is not there; deleted versions are
 * not there. Every method throws as `ModelRegistry.resolve` does when the registry itself fails.
 */
export interface RegisteredModels {
  /** Asked for the message when something is missing. */
  findModel(name: string, options: ResolveOptions): Promise<RegisteredModelRecord | undefined>;
  findAlias(
    name: string,
    alias: string,
    options: ResolveOptions,
  ): Promise<VersionPointer | undefined>;
  /** The numerically highest version, of one stage if given. */
  findLatest(
    name: string,
    stage: Stage | undefined,
    options: ResolveOptions,
  ): Promise<VersionPointer | undefined>;
  findVersion(
    name: string,
    pointer: VersionPointer,
    options: ResolveOptions,
  ): Promise<VersionRecord | undefined>;
}

/** The runs and logged models of one tracking store; as `RegisteredModels`. */
export interface TrackedModels {
  findLoggedModel(modelId: string, options: ResolveOptions): Promise<LoggedModelRecord | undefined>;
  findRun(runId: string, options: ResolveOptions): Promise<RunRecord | undefined>;
  /** The newest logged model of this name that the run produced. */
  findLoggedModelOfRun(
    run: RunRecord & { readonly runId: string },
    name: string,
    options: ResolveOptions,
  ): Promise<LoggedModelRecord | undefined>;
}

/** What MLflow's own stores are: both in one place. */
export type RegistryBackend = RegisteredModels & TrackedModels;
