import { ServingError } from '../errors.ts';
import { joinLocation } from './artifact-location.ts';
import {
  canonicalStage,
  cap,
  isNoModel,
  missing,
  notThere,
  type RegisteredUri,
} from './missing-version.ts';
import type { ModelRegistry, ModelVersion, ResolveOptions } from './model-registry.ts';
import { type ModelUri, parseModelUri } from './model-uri.ts';
import { isPrompt } from './prompt.ts';
import type {
  LoggedModelRecord,
  RegisteredModels,
  TrackedModels,
  VersionPointer,
} from './registry-backend.ts';

export interface ModelRegistryParts {
  /** Asked for on the first URI that names a registered model. */
  readonly models: () => Promise<RegisteredModels>;
  /** Asked for on the first URI that names a run or a logged model. */
  readonly tracked: () => Promise<TrackedModels>;
  /** Makes a location downloadable: `mlflow-artifacts:` becomes what it stands for. */
  readonly locate: (location: string) => string;
}

/** A version may point to a logged model, that to nothing else; more is a circle. */
const MAX_INDIRECTIONS = 5;

/**
 * Resolve model URIs over the stores they may name. The order of the questions is MLflow's.
 *
 * @see mlflow/store/artifact/models_artifact_repo.py, runs_artifact_repo.py
 */
export function createModelRegistry({
  models,
  tracked,
  locate,
}: ModelRegistryParts): ModelRegistry {
  async function find(uri: ModelUri, options: ResolveOptions): Promise<ModelVersion> {
    switch (uri.kind) {
      case 'files':
        return { name: uri.name, version: '', source: uri.source, tags: {} };
      case 'logged-model':
        return findLoggedModel(await tracked(), uri.modelId, options);
      case 'run':
        return findInRun(await tracked(), uri, options);
      default:
        return findRegistered(await models(), uri, options);
    }
  }

  /** Follow `models:` and `runs:` locations until one names files. */
  async function follow(location: string, options: ResolveOptions): Promise<string> {
    let current = location;
    for (let hop = 0; /^(models|runs):/i.test(current); hop += 1) {
      if (hop === MAX_INDIRECTIONS) {
        throw new ServingError(
          'INVALID_PARAMETER_VALUE',
          `the model's location leads from one model URI to the next more than ${MAX_INDIRECTIONS} times`,
        );
      }
      current = (await find(parseModelUri(current), options)).source;
    }
    return locate(current);
  }

  return {
    async resolve(text, options = {}) {
      options.signal?.throwIfAborted();
      const version = await find(parseModelUri(text), options);
      return { ...version, source: await follow(version.source, options) };
    },
  };
}

async function findRegistered(
  models: RegisteredModels,
  uri: RegisteredUri,
  options: ResolveOptions,
): Promise<ModelVersion> {
  const { name } = uri;
  if (/^\.{1,2}$/.test(name)) throw notThere(`there is no registered model "${name}"`);
  const pointer = await findPointer(models, uri, options);
  const record = pointer?.record ?? (pointer && (await models.findVersion(name, pointer, options)));
  if (pointer === undefined || record === undefined)
    throw await missing(models, uri, pointer, options);
  if (isPrompt(record.tags)) throw isNoModel(name);
  const { location, ...rest } = record;
  return { name, version: pointer.version, source: location, ...rest };
}

async function findPointer(
  models: RegisteredModels,
  uri: RegisteredUri,
  options: ResolveOptions,
): Promise<VersionPointer | undefined> {
  switch (uri.kind) {
    case 'version': {
      const version = stripZeros(uri.version);
      return version === '0' || version.length > MAX_VERSION_DIGITS ? undefined : { version };
    }
    case 'latest':
      return models.findLatest(uri.name, undefined, options);
    case 'stage':
      return models.findLatest(uri.name, canonicalStage(uri.name, uri.stage), options);
    case 'alias':
      // MLflow reserves the word; since 3.12 it means the highest version for every kind of store.
      if (uri.alias.toLowerCase() === 'latest') {
        return models.findLatest(uri.name, undefined, options);
      }
      return models.findAlias(uri.name, uri.alias, options);
  }
}

/** MLflow's databases keep versions in 32 bits; longer numbers make a server fail. */
const MAX_VERSION_DIGITS = 9;

/** MLflow compares versions as numbers: `03` is `3`. */
const stripZeros = (version: string): string => version.replace(/^0+(?=\d)/, '');

async function findLoggedModel(
  tracked: TrackedModels,
  modelId: string,
  options: ResolveOptions,
): Promise<ModelVersion> {
  const model = await tracked.findLoggedModel(modelId, options);
  if (model !== undefined) return versionFromLoggedModel(model);
  const id = cap(modelId);
  throw notThere(
    `there is no logged model "${id}"; a registered model is written models:/${id}/<version>, models:/${id}@<alias> or models:/${id}/latest`,
  );
}

const versionFromLoggedModel = (model: LoggedModelRecord): ModelVersion => ({
  name: model.name,
  version: model.modelId,
  source: model.location,
  tags: model.tags,
});

/** The logged model of that name first, as its files win in MLflow; then the run's own artifacts. */
async function findInRun(
  tracked: TrackedModels,
  { runId, path }: Extract<ModelUri, { kind: 'run' }>,
  options: ResolveOptions,
): Promise<ModelVersion> {
  const run = await tracked.findRun(runId, options);
  if (run === undefined) throw notThere(`there is no run "${cap(runId)}"`);
  const [name = '', ...rest] = path.split('/');
  if (canNameLoggedModel(name)) {
    const model = await tracked.findLoggedModelOfRun({ ...run, runId }, name, options);
    if (model !== undefined) {
      const version = versionFromLoggedModel(model);
      return { ...version, source: joinLocation(model.location, rest.join('/')) };
    }
  }
  return {
    name: path || runId,
    version: runId,
    source: joinLocation(run.location, path),
    tags: {},
  };
}

/** @see mlflow/utils/validation.py, `_validate_logged_model_name` */
const canNameLoggedModel = (name: string): boolean => name !== '' && !/[:."'%]/.test(name);
