import type { Configuration } from '../config/environment.ts';
import type { ModelRegistry, ModelVersion } from '../registry/model-registry.ts';

/**
 * A registry whose versions are only what the Node runtime needs of them, where their manifests say what that is.
 *
 * The pickles of a converted model stay where they are. With `runtime: python` every file is needed.
 */
export function servingPartOf(
  registry: ModelRegistry,
  { runtime }: Pick<Configuration, 'runtime'>,
): ModelRegistry {
  if (runtime === 'python') return registry;
  return {
    resolve: async (uri, options) => partOf(await registry.resolve(uri, options)),
  };
}

function partOf(version: ModelVersion): ModelVersion {
  const { serving, ...rest } = version;
  return serving === undefined ? version : { ...rest, files: serving, isServingPart: true };
}
