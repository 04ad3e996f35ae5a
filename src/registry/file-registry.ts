import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readText, readYaml, unreadable } from './read-yaml.ts';
import type {
  LoggedModelRecord,
  RegistryBackend,
  Stage,
  VersionPointer,
} from './registry-backend.ts';

const META = 'meta.yaml';
/** Folders of an MLflow store that are no experiments. */
const NOT_EXPERIMENTS: ReadonlySet<string> = new Set(['models', '.trash']);

/**
 * Read MLflow's file store (`mlruns/`) without its server.
 *
 * @see mlflow/store/model_registry/file_store.py, mlflow/store/tracking/file_store.py
 */
export function createFileRegistry({ root }: { readonly root: string }): RegistryBackend {
  const modelFolder = (name: string) => join(root, 'models', name);

  async function readVersion(name: string, version: string) {
    const folder = join(modelFolder(name), `version-${version}`);
    const meta = await readYaml(join(folder, META), `${META} of version ${version}`);
    return meta === undefined || field(meta, 'current_stage') === 'Deleted_Internal'
      ? undefined
      : { folder, meta };
  }

  async function readLoggedModel(folder: string): Promise<LoggedModel | undefined> {
    const meta = await readYaml(join(folder, META), `${META} of a logged model`);
    if (meta === undefined || field(meta, 'lifecycle_stage') === 'deleted') return undefined;
    return {
      modelId: field(meta, 'model_id'),
      name: field(meta, 'name') || field(meta, 'model_id'),
      location: field(meta, 'artifact_location'),
      tags: await readTagFolder(join(folder, 'tags')),
      sourceRunId: field(meta, 'source_run_id'),
      createdMs: Number(field(meta, 'creation_timestamp')),
    };
  }

  /** The first experiment folder that has `below` in it, and what `read` makes of it. */
  async function findInExperiments<T>(
    below: readonly string[],
    read: (folder: string, experimentId: string) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (!isPlainName(below.at(-1) ?? '')) return undefined;
    for (const experimentId of await namesIn(root)) {
      if (NOT_EXPERIMENTS.has(experimentId)) continue;
      const found = await read(join(root, experimentId, ...below), experimentId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return {
    async findModel(name) {
      if (!isPlainName(name)) return undefined;
      const meta = await readYaml(join(modelFolder(name), META), `${META} of the model`);
      if (meta === undefined) return undefined;
      const aliases = (await namesIn(join(modelFolder(name), 'aliases'))).toSorted();
      return { aliases, tags: await readTagFolder(join(modelFolder(name), 'tags')) };
    },

    async findAlias(name, alias) {
      if (!isPlainName(name) || !isPlainName(alias)) return undefined;
      const version = (await readText(join(modelFolder(name), 'aliases', alias)))?.trim();
      return version ? { version } : undefined;
    },

    async findLatest(name, stage) {
      if (!isPlainName(name)) return undefined;
      const versions = (await namesIn(modelFolder(name)))
        .map((folder) => /^version-(\d+)$/.exec(folder)?.[1])
        .filter((version) => version !== undefined)
        .toSorted((a, b) => Number(b) - Number(a));
      for (const version of versions) {
        const found = await readVersion(name, version);
        if (found && isInStage(found.meta, stage)) return { version } satisfies VersionPointer;
      }
      return undefined;
    },

    async findVersion(name, { version }) {
      if (!isPlainName(name)) return undefined;
      const found = await readVersion(name, version);
      if (found === undefined) return undefined;
      const location = field(found.meta, 'storage_location') || field(found.meta, 'source');
      const runId = field(found.meta, 'run_id');
      const tags = await readTagFolder(join(found.folder, 'tags'));
      return { location, tags, ...(runId && { runId }) };
    },

    findLoggedModel: (modelId) => findInExperiments(['models', modelId], readLoggedModel),

    findRun: (runId) =>
      findInExperiments([runId], async (folder, experimentId) => {
        const meta = await readYaml(join(folder, META), `${META} of a run`);
        return meta && { experimentId, location: field(meta, 'artifact_uri') };
      }),

    async findLoggedModelOfRun(run, name) {
      const folder = join(root, run.experimentId, 'models');
      const names = await namesIn(folder);
      const models = await Promise.all(names.map((id) => readLoggedModel(join(folder, id))));
      return models
        .filter((model) => model !== undefined)
        .filter((model) => model.name === name && model.sourceRunId === run.runId)
        .toSorted((a, b) => b.createdMs - a.createdMs)[0];
    },
  };
}

interface LoggedModel extends LoggedModelRecord {
  readonly sourceRunId: string;
  readonly createdMs: number;
}

/** A field as text; empty when it is absent or null. */
function field(meta: Record<string, unknown>, key: string): string {
  const value = meta[key];
  return typeof value === 'string' && value !== 'null' ? value : '';
}

const isInStage = (meta: Record<string, unknown>, stage: Stage | undefined): boolean =>
  stage === undefined || field(meta, 'current_stage') === stage;

/** A name that stays one folder. MLflow allows no others here. */
const isPlainName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\\%\0]/.test(name);

/** What is directly in a folder; empty when there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw unreadable(cause);
  }
}

/** One file for each tag; a key with a slash is a file in a sub-folder. */
async function readTagFolder(folder: string): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (const key of await namesIn(folder)) {
    const value = await readText(join(folder, key));
    if (value !== undefined) tags[key] = value;
    else {
      const below = await readTagFolder(join(folder, key));
      for (const [rest, inner] of Object.entries(below)) tags[`${key}/${rest}`] = inner;
    }
  }
  return tags;
}
