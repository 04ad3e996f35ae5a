import { ServingError } from '../errors.ts';
import type { ResolveOptions } from './model-registry.ts';
import type { ModelUri } from './model-uri.ts';
import { isPrompt } from './prompt.ts';
import type { RegisteredModels, Stage, VersionPointer } from './registry-backend.ts';

export type RegisteredUri = Extract<ModelUri, { kind: 'version' | 'stage' | 'latest' | 'alias' }>;

const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];

/**
 * MLflow's spelling of a stage.
 *
 * @throws {ServingError} INVALID_PARAMETER_VALUE for a word that is none: most likely an alias was meant
 */
export function canonicalStage(name: string, text: string): Stage {
  const stage = STAGES.find((known) => known.toLowerCase() === text.toLowerCase());
  if (stage !== undefined) return stage;
  throw new ServingError(
    'INVALID_PARAMETER_VALUE',
    `"${cap(text)}" is neither a version nor a stage (${STAGES.join(', ')}); an alias is written models:/${cap(name)}@${cap(text)}`,
  );
}

const MAX_LISTED_ALIASES = 5;

/** One more question to the registry, to say which of model, alias and version is not there. */
export async function missing(
  models: RegisteredModels,
  uri: RegisteredUri,
  pointer: VersionPointer | undefined,
  options: ResolveOptions,
): Promise<ServingError> {
  const name = cap(uri.name);
  const model = await models.findModel(uri.name, options);
  if (model === undefined) return notThere(`there is no registered model "${name}"`);
  if (isPrompt(model.tags)) return isNoModel(uri.name);
  switch (uri.kind) {
    case 'version': {
      const latest = await latestHint(models, uri.name, options);
      return notThere(`model "${name}" has no version ${cap(uri.version)}${latest}`);
    }
    case 'latest':
      return notThere(`model "${name}" has no versions`);
    case 'stage':
      if (pointer) return dangling(`stage ${uri.stage} of model "${name}"`, pointer);
      return notThere(
        `model "${name}" has no version in stage ${canonicalStage(name, uri.stage)}; ${await describeStages(models, uri.name, options)}`,
      );
    case 'alias': {
      if (pointer) return dangling(`alias "${cap(uri.alias)}" of model "${name}"`, pointer);
      const listed = model.aliases.slice(0, MAX_LISTED_ALIASES).map(cap).join(', ');
      const known = listed === '' ? 'it has none' : `it has: ${listed}`;
      return notThere(`model "${name}" has no alias "${cap(uri.alias)}"; ${known}`);
    }
  }
}

/** Only a hint: when it cannot be had, the message stands without it. */
const latestHint = (models: RegisteredModels, name: string, options: ResolveOptions) =>
  models.findLatest(name, undefined, options).then(
    (latest) => (latest === undefined ? '; it has none' : `; its latest is ${latest.version}`),
    () => '',
  );

async function describeStages(
  models: RegisteredModels,
  name: string,
  options: ResolveOptions,
): Promise<string> {
  const found = await Promise.all(STAGES.map((stage) => models.findLatest(name, stage, options)));
  const stages = STAGES.filter((_, index) => found[index] !== undefined);
  return stages.length === 0
    ? 'none of its versions is in a stage'
    : `it has: ${stages.join(', ')}`;
}

/** For MLflow's client a prompt is not there when a model is asked for; the reason is said here. */
export const isNoModel = (name: string): ServingError =>
  notThere(
    `there is no registered model "${cap(name)}": the name is that of a prompt, which cannot be served`,
  );

const dangling = (what: string, { version }: VersionPointer): ServingError =>
  notThere(`${what} points to version ${version}, which is not there`);

const MAX_NAME_CHARACTERS = 80;
export const cap = (text: string): string => text.slice(0, MAX_NAME_CHARACTERS);
export const notThere = (message: string): ServingError =>
  new ServingError('RESOURCE_DOES_NOT_EXIST', message);
