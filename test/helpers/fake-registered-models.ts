import type { RegisteredModels, Stage } from '../../src/registry/registry-backend.ts';

/** MLflow's registry in memory: models with versions, aliases and stages, which a test moves. */
export interface FakeRegisteredModels extends RegisteredModels {
  readonly models: Map<string, FakeModel>;
  /** Every question rejects with it. */
  error: Error | undefined;
  /** Called before each answer about an alias or a stage. */
  onAsked: (pointer: string) => void | Promise<void>;
}

export interface FakeModel {
  readonly aliases: Map<string, string>;
  readonly stages: Map<Stage, string>;
  readonly tagsByVersion: Map<string, Readonly<Record<string, string>>>;
}

export function createFakeRegisteredModels(
  name: string,
  versions: readonly string[],
): FakeRegisteredModels {
  const model: FakeModel = {
    aliases: new Map(),
    stages: new Map(),
    tagsByVersion: new Map(versions.map((version) => [version, {}])),
  };
  const registry: FakeRegisteredModels = {
    models: new Map([[name, model]]),
    error: undefined,
    onAsked: () => {},
    async findModel(of) {
      if (registry.error) throw registry.error;
      const found = registry.models.get(of);
      return found && { aliases: [...found.aliases.keys()], tags: {} };
    },
    async findAlias(of, alias) {
      if (registry.error) throw registry.error;
      const version = registry.models.get(of)?.aliases.get(alias);
      await registry.onAsked(alias);
      return version === undefined ? undefined : { version };
    },
    async findLatest(of, stage) {
      if (registry.error) throw registry.error;
      const version = stage && registry.models.get(of)?.stages.get(stage);
      await registry.onAsked(stage ?? 'latest');
      return version === undefined ? undefined : { version };
    },
    async findVersion(of, { version }) {
      if (registry.error) throw registry.error;
      const tags = registry.models.get(of)?.tagsByVersion.get(version);
      return tags && { location: `file:/models/${of}/${version}`, tags };
    },
  };
  return registry;
}
